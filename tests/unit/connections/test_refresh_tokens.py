"""Refresh tokens that rotate: an answer that is lost must not cost the connection (§4.3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from intacct.errors import CredentialsError, NotSentError
from shared.connections.single_flight import LEASE
from tests.unit.connections.support import Fleet


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with mock_aws():
        yield Fleet(refresh_token="rt-seed")


def used(fleet: Fleet) -> list[str]:
    return [form["refresh_token"] for form in fleet.server.requests]


def test_the_newest_refresh_token_is_stored_before_anybody_uses_its_access_token(
    fleet: Fleet,
) -> None:
    assert fleet.worker().current() == "at-1"
    fleet.hour()
    assert fleet.worker().current() == "at-2"
    fleet.hour()
    assert fleet.worker().current() == "at-3"
    assert used(fleet) == ["rt-seed", "rt-1", "rt-2"]


def test_the_intention_is_written_down_before_the_refresh_is_sent(fleet: Fleet) -> None:
    seen: list[bool] = []
    fleet.server.meanwhile = [lambda: seen.append("intent_at" in fleet.item())]
    fleet.worker().current()
    assert seen == [True]
    assert "intent_at" not in fleet.item()


def test_after_a_lost_answer_the_former_token_is_tried_where_it_still_works(
    fleet: Fleet,
) -> None:
    fleet.server.rotates = False  # a retry with the old token works (FAPI 2.0)
    fleet.worker().current()
    fleet.hour()
    fleet.worker().current()
    fleet.hour()
    fleet.server.losses = ["answer"]
    with pytest.raises(NotSentError):
        fleet.worker().current()
    fleet.server.alive = {"rt-1"}

    assert fleet.worker().current() == "at-4"
    assert used(fleet)[-2:] == ["rt-2", "rt-1"]


def test_a_former_token_is_not_tried_without_a_lost_answer(fleet: Fleet) -> None:
    fleet.worker().current()
    fleet.hour()
    fleet.worker().current()
    fleet.hour()
    fleet.server.alive = {"rt-1"}
    with pytest.raises(CredentialsError):
        fleet.worker().current()
    assert used(fleet)[-1] == "rt-2"


def test_a_rotation_whose_answer_is_lost_asks_for_a_person_and_then_rests(fleet: Fleet) -> None:
    fleet.server.losses = ["answer"]
    with pytest.raises(NotSentError):
        fleet.worker().current()
    for _ in range(3):
        with pytest.raises(CredentialsError):
            fleet.worker().current()
    assert len(fleet.server.requests) == 2


def test_a_new_consent_is_used_at_once(fleet: Fleet) -> None:
    fleet.server.losses = ["answer"]
    with pytest.raises(NotSentError):
        fleet.worker().current()
    with pytest.raises(CredentialsError):
        fleet.worker().current()
    fleet.server.alive.add("rt-consent")
    fleet.change_secret(refresh_token="rt-consent")
    assert fleet.worker().current() == "at-2"
    assert used(fleet)[-1] == "rt-consent"


def test_a_refresh_that_never_arrived_is_simply_sent_again(fleet: Fleet) -> None:
    fleet.server.losses = ["request"]
    with pytest.raises(NotSentError):
        fleet.worker().current()
    assert fleet.worker().current() == "at-1"
    assert used(fleet) == ["rt-seed", "rt-seed"]


def test_refresh_tokens_are_sealed_for_their_own_use(fleet: Fleet) -> None:
    fleet.worker().current()
    item = fleet.item()
    assert b"rt-1" not in item["refresh_sealed"]["B"]
    swapped = {**item, "sealed": item["refresh_sealed"]}
    fleet.dynamodb.put_item(TableName="connections", Item=swapped)
    assert fleet.worker().current() == "at-2"


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(["", "request"]), max_size=6))
def test_no_loss_before_the_server_ever_spends_the_connection(losses: list[str]) -> None:
    with mock_aws():
        fleet = Fleet(refresh_token="rt-seed")
        fleet.server.losses = list(losses)
        for _ in losses:
            try:
                fleet.worker().current()
            except NotSentError:
                fleet.clock.pass_time(1)
            else:
                fleet.hour()
        fleet.server.losses = []
        assert fleet.worker().current().startswith("at-")


def test_a_refresh_token_that_a_successor_has_spent_is_no_refusal(fleet: Fleet) -> None:
    first, second = fleet.worker(), fleet.worker()
    overtaken: list[str] = []

    def overtake() -> None:
        fleet.clock.pass_time(LEASE.total_seconds() + 1)
        overtaken.append(second.current())

    fleet.server.meanwhile = [overtake]

    assert first.current() == overtaken[0] == "at-1"
    assert used(fleet) == ["rt-seed", "rt-seed"]
    assert "refused_until" not in fleet.item()
