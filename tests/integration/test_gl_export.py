from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from functions.gl_export import app
from functions.order_posting import app as order_posting
from intacct.documents import JournalEntry
from intacct.errors import OutcomeUnknownError
from shared.bootstrap import gl_export
from tests.fake_sage_side import FakeSageSide
from tests.integration.order_posting_rig import PostingRig, context, event, rig, sold

__all__ = ["rig"]


@pytest.fixture(autouse=True)
def sage_side(rig: PostingRig, monkeypatch: pytest.MonkeyPatch) -> FakeSageSide:
    """What the export sees of its journals in Sage."""
    side = FakeSageSide(rig.books)
    monkeypatch.setattr(gl_export, "sage_side", lambda *_: side)
    return side


def sell(rig: PostingRig, order_id: str, amount: str) -> None:
    rig.keep(sold(order_id, store="outlet", amount=amount))
    record = event("order_posting.two_orders")["Records"][0]
    body = json.loads(record["body"])
    record["body"] = json.dumps({**body, "store": "outlet", "order_id": order_id})
    order_posting.handler({"Records": [record]}, context())


def export(name: str = "gl_export.schedule") -> list[dict[str, Any]]:
    days: list[dict[str, Any]] = app.handler(event(name), context(300_000))["days"]
    return days


def journals(rig: PostingRig) -> list[JournalEntry]:
    found = [document for document, _ in rig.books.documents]
    return [document for document in found if isinstance(document, JournalEntry)]


def test_the_schedule_posts_the_day_of_the_outlet_once(rig: PostingRig) -> None:
    sell(rig, "7001", "100.00")
    sell(rig, "7002", "32.66")

    first, second = export(), export()

    (journal,) = journals(rig)
    assert [day["state"] for day in first] == ["posted"]
    assert second == []
    assert journal.posted_on == date(2026, 3, 2)
    assert {(x.account, x.side.value, x.amount.plain()) for x in journal.lines} == {
        ("1100", "debit", "132.66"),
        ("4000", "credit", "132.66"),
    }
    assert first[0]["journals"][0]["debits"] == "132.66 USD"


def test_a_day_asked_for_by_hand_is_posted_once_and_says_so(rig: PostingRig) -> None:
    sell(rig, "7001", "100.00")

    states = [export("gl_export.one_day")[0]["state"] for _ in range(2)]

    assert states == ["posted", "nothing"]
    assert len(journals(rig)) == 1


def test_a_day_that_got_a_late_order_is_posted_anew_and_its_first_journal_taken_back(
    rig: PostingRig,
) -> None:
    sell(rig, "7001", "100.00")
    export()
    sell(rig, "7002", "32.66")

    (day,) = export()

    assert [journal["what"] for journal in day["journals"]] == ["day", "reversal"]
    assert {journal["sequence"] for journal in day["journals"]} == {2}
    assert [journal.lines[0].amount.plain() for journal in journals(rig)] == [
        "100.00",
        "132.66",
        "100.00",
    ]


def test_a_journal_whose_answer_was_lost_stays_on_the_agenda(rig: PostingRig) -> None:
    sell(rig, "7001", "100.00")
    rig.books.fail("after", OutcomeUnknownError("read timeout"))

    first, second = export(), export()

    assert [day["state"] for day in (*first, *second)] == ["parked", "parked"]
    assert second[0]["reasons"] == ["LEASED"]
    assert len(journals(rig)) == 1
