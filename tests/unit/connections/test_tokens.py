"""One token for the whole fleet: minted once, renewed early, never killed by a late error."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from intacct.errors import CredentialsError, NotSentError
from shared.connections.credentials import TenantCredentials
from shared.connections.errors import (
    ConnectionBusyError,
    ConnectionStoreError,
    CredentialsMissingError,
)
from shared.connections.single_flight import LEASE, Outcome
from shared.secrets import SecretStore
from tests.unit.connections.support import SECRET, Fleet

AHEAD = timedelta(minutes=15)


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with mock_aws():
        yield Fleet()


def grants(fleet: Fleet) -> list[str]:
    return [form["grant_type"] for form in fleet.server.requests]


def test_the_first_worker_mints_and_the_others_use_it(fleet: Fleet) -> None:
    tokens = [fleet.worker().current() for _ in range(5)]
    assert tokens == ["at-1"] * 5
    assert grants(fleet) == ["client_credentials"]


def test_a_worker_answers_from_memory_for_half_a_minute(fleet: Fleet) -> None:
    worker = fleet.worker()
    worker.current()
    fleet.dynamodb.delete_table(TableName="connections")
    fleet.clock.pass_time(29)
    assert worker.current() == "at-1"
    fleet.clock.pass_time(2)
    with pytest.raises(ConnectionStoreError):
        worker.current()


def test_a_token_is_renewed_before_it_ends_and_by_one_only(fleet: Fleet) -> None:
    first, second = fleet.worker(), fleet.worker()
    first.current()
    fleet.hour(0.76)
    assert first.current() == "at-2"
    assert second.current() == "at-2"
    assert len(fleet.server.requests) == 2


def test_who_loses_the_race_goes_on_with_what_still_lives(fleet: Fleet) -> None:
    first, second = fleet.worker(), fleet.worker()
    first.current()
    fleet.hour(0.76)
    seen: list[str] = []
    fleet.server.meanwhile = [lambda: seen.append(second.current())]

    assert first.current() == "at-2"

    assert seen == ["at-1"]
    assert fleet.slept == 0


def test_who_loses_the_race_for_an_ended_token_waits_a_little_and_gives_up(fleet: Fleet) -> None:
    first, second = fleet.worker(), fleet.worker()
    failures: list[Exception] = []

    def ask() -> None:
        try:
            second.current()
        except NotSentError as exc:
            failures.append(exc)

    fleet.server.meanwhile = [ask]

    assert first.current() == "at-1"

    assert [type(failure) for failure in failures] == [ConnectionBusyError]
    assert 100 < fleet.slept <= 200  # ten seconds in steps of 75 ms on average


def test_a_renewal_that_took_longer_than_its_lease_is_dropped(fleet: Fleet) -> None:
    first, second = fleet.worker(), fleet.worker()
    overtaken: list[str] = []

    def overtake() -> None:
        fleet.clock.pass_time(LEASE.total_seconds() + 1)
        overtaken.append(second.current())

    fleet.server.meanwhile = [overtake]

    assert first.current() == overtaken[0] == "at-1"
    assert fleet.worker().current() == "at-1"
    assert fleet.server.issued == 2


def test_a_refused_token_is_replaced_once_for_everybody(fleet: Fleet) -> None:
    workers = [fleet.worker() for _ in range(4)]
    for worker in workers:
        worker.current()

    assert [worker.renewed(rejected="at-1") for worker in workers] == ["at-2"] * 4
    assert fleet.server.issued == 2


def test_a_late_error_about_an_old_token_leaves_the_new_one_alone(fleet: Fleet) -> None:
    early, late = fleet.worker(), fleet.worker()
    early.current()
    assert early.renewed(rejected="at-1") == "at-2"
    assert late.renewed(rejected="at-1") == "at-2"
    assert early.current() == "at-2"
    assert fleet.server.issued == 2


def test_a_mint_that_fails_gives_the_lease_back_at_once(fleet: Fleet) -> None:
    fleet.server.losses = ["request"]
    with pytest.raises(NotSentError):
        fleet.worker().current()
    assert fleet.worker().current() == "at-1"
    assert fleet.slept == 0


def test_an_early_renewal_that_fails_costs_nobody_anything(fleet: Fleet) -> None:
    worker = fleet.worker()
    worker.current()
    fleet.hour(0.76)
    fleet.server.losses = ["request"]
    assert worker.current() == "at-1"


def test_refused_credentials_are_not_tried_again_by_anyone_for_minutes(fleet: Fleet) -> None:
    fleet.server.refused_secrets = {"s-client"}
    for _ in range(5):
        with pytest.raises(CredentialsError):
            fleet.worker().current()
    assert len(fleet.server.requests) == 1
    fleet.clock.pass_time(301)
    with pytest.raises(CredentialsError):
        fleet.worker().current()
    assert len(fleet.server.requests) == 2


def test_each_further_refusal_is_followed_by_a_longer_rest(fleet: Fleet) -> None:
    fleet.server.refused_secrets = {"s-client"}
    tried_at: list[float] = []
    for _ in range(24 * 12):  # a day, looked at every five minutes
        before = len(fleet.server.requests)
        with pytest.raises(CredentialsError):
            fleet.worker().current()
        if len(fleet.server.requests) > before:
            tried_at.append(fleet.monotonic() / 60)
        fleet.clock.pass_time(300)
    rests = [later - earlier for earlier, later in itertools.pairwise(tried_at)]
    assert rests[:4] == [5, 10, 20, 40]
    assert max(rests) == 320
    assert len(tried_at) < 12


def test_a_corrected_secret_is_tried_at_once(fleet: Fleet) -> None:
    fleet.server.refused_secrets = {"s-client"}
    with pytest.raises(CredentialsError):
        fleet.worker().current()
    fleet.change_secret(client_secret="s-new")
    assert fleet.worker().current() == "at-1"


def test_a_secret_that_was_rotated_under_a_worker_is_read_again(fleet: Fleet) -> None:
    worker = fleet.worker()
    worker.current()
    fleet.change_secret(client_secret="s-new")
    fleet.server.refused_secrets = {"s-client"}
    assert worker.renewed(rejected="at-1") == "at-2"
    assert [form["client_secret"] for form in fleet.server.requests] == [
        "s-client",
        "s-client",
        "s-new",
    ]


def test_refused_credentials_do_not_take_away_a_token_that_still_lives(fleet: Fleet) -> None:
    worker = fleet.worker()
    worker.current()
    fleet.server.refused_secrets = {"s-client"}
    fleet.hour(0.76)
    assert worker.current() == "at-1"
    fleet.clock.pass_time(31)
    assert worker.current() == "at-1"
    assert len(fleet.server.requests) == 2


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"client_id": "", "sender_password": ""}, ["client_id", "sender_password"]),
        ({"username": "ws@ACME-sandbox"}, ["another user or company"]),
        ({"client_id": "", "username": "x@y"}, ["client_id", "another user or company"]),
    ],
)
def test_a_secret_that_is_incomplete_or_anothers_names_all_that_is_wrong(
    fleet: Fleet, members: dict[str, str], named: list[str]
) -> None:
    fleet.change_secret(**members)
    with pytest.raises(CredentialsMissingError) as caught:
        fleet.worker().current()
    for part in [SECRET, *named]:
        assert part in str(caught.value)
    assert "s-client" not in str(caught.value)
    assert fleet.server.requests == []


def test_a_username_at_an_entity_is_the_same_user(fleet: Fleet) -> None:
    fleet.change_secret(username="ws@ACME|100")
    assert fleet.worker().current() == "at-1"


def test_a_missing_secret_is_named(fleet: Fleet) -> None:
    fleet.secrets.delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    with pytest.raises(CredentialsMissingError, match="does not exist"):
        fleet.worker().current()


def test_the_table_holds_no_token_in_the_clear(fleet: Fleet) -> None:
    fleet.server.issued = 987654320
    assert fleet.worker().current() == "at-987654321"
    assert "987654321" not in repr(fleet.item())
    assert fleet.item()["sealed"]["B"]


def test_a_token_that_was_moved_to_another_tenant_does_not_open(fleet: Fleet) -> None:
    fleet.worker().current()
    stolen = {**fleet.item(), "pk": {"S": "TOKEN#other"}}
    fleet.dynamodb.put_item(TableName="connections", Item=stolen)
    assert fleet.worker(tenant="other").current() == "at-2"


class Repeating:
    """A client whose every write is sent twice, as boto3 does when an answer is lost."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def get_item(self, **members: Any) -> Any:
        return self.client.get_item(**members)

    def update_item(self, **members: Any) -> Any:
        self.client.update_item(**members)
        return self.client.update_item(**members)


def test_a_write_that_boto3_repeats_is_recognised_as_ours(fleet: Fleet) -> None:
    worker = fleet.worker(client=Repeating(fleet.dynamodb))
    assert worker.current() == "at-1"
    assert worker.renewed(rejected="at-1") == "at-2"
    assert fleet.server.issued == 2
    assert fleet.worker().current() == "at-2"


class Down:
    """A client that cannot be reached."""

    def __getattr__(self, name: str) -> Any:
        def fail(**members: Any) -> Any:
            del members
            raise EndpointConnectionError(endpoint_url="https://dynamodb.example")

        return fail


def test_a_table_that_cannot_be_reached_means_that_nothing_was_sent(fleet: Fleet) -> None:
    with pytest.raises(ConnectionStoreError) as caught:
        fleet.worker(client=Down()).current()
    assert isinstance(caught.value, NotSentError)


def test_a_schedule_renews_what_is_due_and_leaves_the_rest(fleet: Fleet) -> None:
    worker = fleet.worker()
    assert worker.keep_fresh(ahead=AHEAD) is Outcome.RENEWED
    assert worker.keep_fresh(ahead=AHEAD) is Outcome.FRESH
    fleet.hour(0.76)
    assert worker.keep_fresh(ahead=AHEAD) is Outcome.RENEWED
    assert worker.current() == "at-2"


def test_a_schedule_does_not_wait_for_somebody_who_renews(fleet: Fleet) -> None:
    outcomes: list[Outcome] = []
    fleet.server.meanwhile = [
        lambda: outcomes.append(fleet.worker().keep_fresh(ahead=AHEAD)),
    ]
    fleet.worker().current()
    assert outcomes == [Outcome.BUSY]
    assert fleet.slept == 0


def test_a_token_that_ends_before_the_next_run_is_renewed_now(fleet: Fleet) -> None:
    fleet.server.seconds = 600
    worker = fleet.worker()
    worker.current()
    assert worker.keep_fresh(ahead=AHEAD) is Outcome.RENEWED


def test_no_repr_shows_anything_secret(fleet: Fleet) -> None:
    worker = fleet.worker()
    worker.current()
    shown = f"{worker!r} {worker._flight._held!r} {fleet.vault()!r} {fleet.credentials()!r}"
    shown += repr(fleet.credentials().current())
    for secret in ("at-1", "s-client", "s-user", "s-sender"):
        assert secret not in shown


class Denied:
    """A client of AWS whose every call is denied."""

    def __getattr__(self, operation: str) -> Any:
        def deny(**members: Any) -> Any:
            del members
            error = {"Code": "AccessDeniedException", "Message": "not authorised"}
            raise ClientError({"Error": error}, operation)  # type: ignore[typeddict-item]  # as AWS

        return deny


@pytest.mark.parametrize("service", ["kms", "secrets"])
def test_a_service_that_fails_under_a_lease_makes_nobody_wait_for_it(
    fleet: Fleet, service: str
) -> None:
    working = getattr(fleet, service)
    setattr(fleet, service, Denied())
    with pytest.raises(ConnectionStoreError):
        fleet.worker().current()

    setattr(fleet, service, working)

    assert fleet.worker().current().startswith("at-")
    assert fleet.slept == 0


def test_a_user_that_only_reads_has_members_and_a_token_of_its_own(fleet: Fleet) -> None:
    fleet.change_secret(reading_username="reader@ACME")
    store = SecretStore(fleet.secrets, monotonic=fleet.monotonic)
    reading = TenantCredentials(
        store, SECRET, company_id="ACME", user_id="reader", needs_password=False, is_reading=True
    )

    known = reading.current()

    assert (known.username, known.client_secret) == ("reader@ACME", "s-client")
    assert (known.user_password, known.refresh_token) == ("", "")


def test_a_missing_reading_user_is_named_as_the_secret_calls_it(fleet: Fleet) -> None:
    store = SecretStore(fleet.secrets, monotonic=fleet.monotonic)
    reading = TenantCredentials(
        store, SECRET, company_id="ACME", user_id="reader", needs_password=False, is_reading=True
    )
    with pytest.raises(CredentialsMissingError, match="lacks reading_username"):
        reading.current()
