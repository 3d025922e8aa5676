"""A process that was frozen past its lease neither signs in nor stores what is out of date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from intacct.errors import CredentialsError
from intacct.xml.sessions import Session
from shared.connections.credentials import IntacctCredentials
from shared.connections.sessions import SharedSessions
from shared.connections.single_flight import LEASE, SIGN_IN
from tests.unit.connections.support import Fleet

FROZEN = LEASE.total_seconds() + 1


class Freezing:
    """A DynamoDB client whose process is frozen right after its first write: the lease."""

    def __init__(self, client: Any, meanwhile: Callable[[], object]) -> None:
        self.client = client
        self.waiting = [meanwhile]

    def get_item(self, **members: Any) -> Any:
        return self.client.get_item(**members)

    def update_item(self, **members: Any) -> Any:
        answer = self.client.update_item(**members)
        if self.waiting:
            self.waiting.pop()()
        return answer


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with mock_aws():
        yield Fleet()


def test_who_wakes_after_its_lease_takes_the_token_that_somebody_else_got(fleet: Fleet) -> None:
    def meanwhile() -> None:
        fleet.clock.pass_time(FROZEN)
        fleet.worker().current()

    frozen = fleet.worker(client=Freezing(fleet.dynamodb, meanwhile))

    assert frozen.current() == "at-1"
    assert len(fleet.server.requests) == 1
    assert fleet.worker().current() == "at-1"


def test_who_wakes_after_its_lease_and_is_alone_takes_a_new_lease_first(fleet: Fleet) -> None:
    frozen = fleet.worker(
        client=Freezing(fleet.dynamodb, lambda: fleet.clock.pass_time(FROZEN)),
    )

    assert frozen.current() == "at-1"
    assert fleet.item()["generation"] == {"N": "2"}
    assert len(fleet.server.requests) == 1


def test_a_sign_in_that_could_outlast_its_lease_does_not_leave(fleet: Fleet) -> None:
    too_late = (LEASE - SIGN_IN).total_seconds() + 0.1
    slow = fleet.worker(
        client=Freezing(fleet.dynamodb, lambda: fleet.clock.pass_time(too_late)),
    )

    assert slow.current() == "at-1"
    assert fleet.item()["generation"] == {"N": "2"}


def test_a_token_that_came_after_its_lease_is_dropped_for_the_newer_one(fleet: Fleet) -> None:
    newer: list[str] = []

    def meanwhile() -> None:
        fleet.clock.pass_time(FROZEN)
        newer.append(fleet.worker().current())

    fleet.server.meanwhile = [meanwhile]

    assert fleet.worker().current() == newer[0]
    assert fleet.worker().current() == newer[0]


def test_a_changed_secret_is_not_tried_with_a_lease_that_ended(fleet: Fleet) -> None:
    fleet.server.refused_secrets = {"s-client"}
    worker = fleet.worker()
    worker._flight._issuer.credentials_digest()  # the old secret is in this process's memory
    fleet.change_secret(client_secret="s-new")
    fleet.server.meanwhile = [lambda: fleet.clock.pass_time(FROZEN)]

    assert worker.current() == "at-1"
    assert fleet.item()["generation"] == {"N": "2"}
    assert [form["client_secret"] for form in fleet.server.requests] == ["s-client", "s-new"]


def test_a_refresh_token_is_not_spent_with_a_lease_that_ended() -> None:
    with mock_aws():
        fleet = Fleet(refresh_token="rt-seed")

        def meanwhile() -> None:
            fleet.clock.pass_time(FROZEN)
            fleet.worker().current()

        frozen = fleet.worker(client=Freezing(fleet.dynamodb, meanwhile))

        assert frozen.current() == "at-1"
        assert [form["refresh_token"] for form in fleet.server.requests] == ["rt-seed"]


def test_no_session_is_opened_with_a_lease_that_ended(fleet: Fleet) -> None:
    opened: list[str] = []

    def open_session(credentials: IntacctCredentials, entity: str) -> Session:
        del credentials
        opened.append(entity)
        ends = fleet.clock() + timedelta(hours=1)
        return Session(f"session-{len(opened)}", "https://www.intacct.com/x", ends)

    def worker(client: Any = None) -> SharedSessions:
        return SharedSessions(
            "acme",
            fleet.credentials(),
            open_session,
            username="ws@ACME",
            table=fleet.table(client),
            vault=fleet.vault(),
            around=fleet.around(),
        )

    def meanwhile() -> None:
        fleet.clock.pass_time(FROZEN)
        worker().current("100")

    assert worker(Freezing(fleet.dynamodb, meanwhile)).current("100").id == "session-1"
    assert opened == ["100"]


def test_a_replaced_secret_is_tried_within_half_a_minute(fleet: Fleet) -> None:
    fleet.server.refused_secrets = {"s-client"}
    worker = fleet.worker()
    with pytest.raises(CredentialsError):
        worker.current()
    fleet.change_secret(client_secret="s-new")

    fleet.clock.pass_time(31)

    assert worker.current() == "at-1"


def test_refused_credentials_are_read_again_but_seldom(fleet: Fleet) -> None:
    fleet.server.refused_secrets = {"s-client"}
    reads: list[str] = []
    inner = fleet.secrets

    class Counting:
        def get_secret_value(self, **members: Any) -> Any:
            reads.append(members["SecretId"])
            return inner.get_secret_value(**members)

    fleet.secrets = Counting()
    worker = fleet.worker()
    for _ in range(20):
        with pytest.raises(CredentialsError):
            worker.current()
        fleet.clock.pass_time(1)

    assert len(fleet.server.requests) == 1
    assert len(reads) <= 4


def test_an_incomplete_secret_is_noted_and_counts_at_once_when_it_is_completed(
    fleet: Fleet,
) -> None:
    fleet.change_secret(client_id="")
    with pytest.raises(CredentialsError):
        fleet.worker().current()
    assert fleet.item()["refused_secret"] == {"S": "incomplete"}

    fleet.change_secret()

    assert fleet.worker().current() == "at-1"
    assert "refused_secret" not in fleet.item()
