"""Documents of both protocols reach one set of books by one sign-in each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from intacct.documents import (
    Adjustment,
    AdjustmentKind,
    AdjustmentLine,
    CustomerRefund,
    MoneyPlace,
    Side,
)
from intacct.errors import CredentialsError, NotSentError, OutcomeUnknownError, RateLimitedError
from shared.bootstrap import books as bootstrap
from shared.bootstrap import connections
from shared.connections.keeping import AHEAD
from shared.connections.single_flight import Outcome
from tests.contract.connections_rig import AT, BATCH, CUSTOMER, DAY, ORDER, World, usd, world

__all__ = ["world"]


MEMO = Adjustment(
    "1001-CM-ABC",
    AdjustmentKind.CREDIT,
    "C-1001",
    DAY,
    "USD",
    (AdjustmentLine("4095", Side.DEBIT, usd("25.00"), AT),),
)


def test_documents_of_both_protocols_reach_one_set_of_books(world: World) -> None:
    world.create(CUSTOMER, "c")
    order, memo, batch = (world.create(document, "k") for document in (ORDER, MEMO, BATCH))

    assert order.key
    assert memo.key
    assert batch.key
    assert {account: str(amount) for account, amount in world.simulator.balances().items()} == {
        "1200": "-25.00",
        "4095": "25.00",
        "1100": "69.95",
        "4000": "-69.95",
    }
    for document in (CUSTOMER, ORDER, MEMO, BATCH):
        assert len(world.books().find(document)) == 1


def test_a_warm_fleet_signs_in_once_per_protocol(world: World) -> None:
    world.create(CUSTOMER, "c")
    for _ in range(3):
        world.cold_start()
        world.books().find(BATCH)
        world.books().find(CUSTOMER)
    assert world.calls_to("/oauth2/token") == 1
    opened = [row for row in world.log() if "getAPISession" in row["functions"]]
    assert len(opened) == 1


def test_everything_that_expires_in_mid_run_is_renewed_and_nothing_is_booked_twice(
    world: World,
) -> None:
    world.create(CUSTOMER, "c")
    world.books().find(BATCH)
    for key in ("a", "b"):
        world.simulator.post("expire", {})
        world.create(ORDER if key == "a" else BATCH, key)
    assert len(world.books().find(ORDER)) == 1
    assert len(world.books().find(BATCH)) == 1


def test_schedules_keep_token_and_session_fresh_before_anybody_needs_them(world: World) -> None:
    tokens, sessions = bootstrap.tokens(world.tenant), bootstrap.sessions(world.tenant)
    assert tokens.keep_fresh(ahead=AHEAD) is Outcome.RENEWED
    assert sessions.keep_fresh("100", ahead=AHEAD) is Outcome.RENEWED
    world.cold_start()
    world.books().find(CUSTOMER)
    world.books().find(BATCH)
    assert world.calls_to("/oauth2/token") == 1
    opened = [row for row in world.log() if "getAPISession" in row["functions"]]
    assert len(opened) == 1


@pytest.mark.parametrize("mishap", ["500-after", "drop-after", "truncated"])
@pytest.mark.parametrize("document", [ORDER, BATCH], ids=["rest", "xml"])
def test_a_write_whose_answer_is_lost_is_in_doubt_and_found_by_its_mark(
    world: World, mishap: str, document: Any
) -> None:
    world.create(CUSTOMER, "c")
    world.books().find(BATCH)  # signed in: the mishap is for the write
    path = "document::|xmlgw"
    world.simulator.post("faults", {"mishap": mishap, "path": path, "method": "POST", "times": 1})

    with pytest.raises(OutcomeUnknownError):
        world.create(document, "k")

    world.simulator.delete("faults")
    (found,) = world.books().find(document)
    assert found.reference == document.reference


@pytest.mark.parametrize(("document", "pause"), [(ORDER, 7.0), (BATCH, 1.0)], ids=["rest", "xml"])
def test_a_write_that_was_turned_away_may_be_sent_again_after_the_pause(
    world: World, document: Any, pause: float
) -> None:
    world.create(CUSTOMER, "c")
    world.books().find(BATCH)
    world.simulator.post("faults", {"mishap": "429", "method": "POST", "times": 1, "seconds": 7})

    with pytest.raises(RateLimitedError) as caught:
        world.create(document, "k")

    assert caught.value.retry_after_seconds >= pause
    sent = len(world.log())
    with pytest.raises(RateLimitedError, match="pause"):
        world.create(document, "k")
    assert len(world.log()) == sent
    world.end_pause()
    world.create(document, "k")
    assert len(world.books().find(document)) == 1


def test_a_read_that_fails_may_be_repeated(world: World) -> None:
    world.books().find(CUSTOMER)
    world.simulator.post("faults", {"mishap": "html", "times": 1})
    with pytest.raises(NotSentError):
        world.books().find(CUSTOMER)
    assert world.books().find(CUSTOMER) == []


def test_wrong_credentials_are_refused_by_both_wires_and_tried_once(world: World) -> None:
    wrong = {**world.simulator.secret(), "client_secret": "wrong", "user_password": "wrong"}
    world.secrets.put_secret_value(
        SecretId="cartledger/test/intacct/acme", SecretString=json.dumps(wrong)
    )
    for _ in range(3):
        for document in (CUSTOMER, BATCH):
            with pytest.raises(CredentialsError) as caught:
                world.books().find(document)
            assert "wrong" not in f"{caught.value} {caught.value.findings}"
    assert world.calls_to("/oauth2/token") == 1
    assert len([row for row in world.log() if "getAPISession" in row["functions"]]) == 1


def test_calls_are_counted_by_protocol(world: World) -> None:
    world.books().find(BATCH)
    world.create(CUSTOMER, "c")
    connections.calls().taken()

    world.books().find(BATCH)
    world.create(ORDER, "k")

    counted = connections.calls().taken()
    assert counted[("acme", "xml")] == 1
    assert counted[("acme", "rest_write")] == 1


def test_a_refund_always_goes_by_rest_and_a_memo_by_xml(world: World) -> None:
    world.create(CUSTOMER, "c")
    books = world.books()
    refund = CustomerRefund("R", "C-1001", DAY, MoneyPlace(financial_entity="BANK"), ())
    assert [books.protocol_of(document).value for document in (refund, MEMO, BATCH)] == [
        "rest",
        "xml",
        "xml",
    ]
