from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from commerce.orders import Facts, Ref
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.records import Record, State
from shared.posting.versions import OrderBooks
from shared.postings.findings import Reason
from shared.tenants.models import Tenant
from shared.tenants.pinned import pinned
from shared.tenants.versions import UnknownVersionError
from tests.fake_day_book import MemoryDayBook
from tests.integration.order_posting_rig import tenant

PK = order_pk("acme", "shop", "1001")


def at_version(number: int, department: str) -> Tenant:
    document = tenant().model_dump(mode="json")
    document["version"] = number
    document["stores"][0]["mapping"]["department"] = department
    return Tenant.model_validate(document)


VERSIONS = {1: at_version(1, "OLD"), 2: at_version(2, "MID"), 3: at_version(3, "NEW")}
CURRENT = VERSIONS[3]


def under(_: str, number: int) -> Tenant:
    if number not in VERSIONS:
        message = f"tenant acme has no version {number}"
        raise UnknownVersionError(message)
    return pinned(VERSIONS[number], CURRENT)


def books(*, entered: Mapping[str, str] | None = None) -> OrderBooks:
    days = MemoryDayBook()
    if entered:
        days.guards[PK] = dict(entered)
    return OrderBooks(under, days)


def order(configured: int) -> FactsRecord:
    facts = Facts(Ref("shopify", "shop", "order", "1001"))
    return FactsRecord(PK, facts, status=FactsStatus.READY, customer="C-1", configured=configured)


def chain(state: State) -> dict[str, Record]:
    record = Record(
        pk=PK,
        key="k",
        state=state,
        fence=1,
        document_number="1001",
        control_id="c",
        content_hash="h",
    )
    return {"k": record}


def chosen(configured: int, ledger: Mapping[str, Record], **members: Any) -> tuple[int, str]:
    choice = books(**members).choose(CURRENT, order(configured), ledger)
    assert choice.book is not None
    assert choice.book.customer == "C-1"
    return choice.number, choice.book.mapping.department


def test_an_order_of_which_nothing_is_posted_is_planned_under_the_current_version() -> None:
    assert chosen(0, {}) == (3, "NEW")
    assert chosen(1, {}) == (3, "NEW")


@pytest.mark.parametrize("state", [State.DONE, State.SENT, State.REVIEW])
def test_an_order_that_may_be_in_the_books_keeps_its_version(state: State) -> None:
    assert chosen(1, chain(state)) == (1, "OLD")
    assert chosen(2, chain(state)) == (2, "MID")


@pytest.mark.parametrize("state", [State.READY, State.REFUSED, State.CANCELLED])
def test_what_never_came_into_the_books_binds_nobody(state: State) -> None:
    assert chosen(1, chain(state)) == (3, "NEW")


def test_an_event_that_is_promised_to_a_day_keeps_the_version_too() -> None:
    assert chosen(1, {}, entered={"shop:order:1001": "digest"}) == (1, "OLD")


def test_an_order_of_before_versions_gets_the_current_one() -> None:
    assert chosen(0, chain(State.DONE)) == (3, "NEW")


def test_a_document_that_was_stored_without_a_number_counts_as_the_first() -> None:
    unnumbered = replace_version(CURRENT, 0)

    choice = books().choose(unnumbered, order(1), chain(State.DONE))

    assert choice.number == 1
    assert choice.book is not None
    assert choice.book.mapping.department == "NEW"


def test_a_version_that_cannot_be_read_holds_the_order_and_says_what_helps() -> None:
    choice = books().choose(CURRENT, order(9), chain(State.DONE))

    assert choice.book is None
    (finding,) = choice.findings
    assert finding.reason is Reason.CONFIGURATION_MISSING
    assert "no version 9" in finding.message
    assert "replan" in finding.hint


def test_a_store_that_is_gone_holds_the_order_whatever_its_version_says() -> None:
    gone = CURRENT.model_copy(update={"stores": CURRENT.stores[1:]})

    choice = books().choose(gone, order(1), chain(State.DONE))

    assert choice.book is None
    assert choice.findings[0].place == "store shop"


def replace_version(known: Tenant, number: int) -> Tenant:
    return known.model_copy(update={"version": number})
