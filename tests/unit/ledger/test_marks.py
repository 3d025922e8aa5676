"""Content, references and evidence: what a posting says, points to, and is recognised by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from commerce.money import Money
from intacct.documents import (
    AccountLine,
    Adjustment,
    AdjustmentKind,
    AdjustmentLine,
    Advance,
    Application,
    ArInvoice,
    CreditKind,
    Customer,
    CustomerRefund,
    Document,
    DocumentResult,
    JournalEntry,
    JournalLine,
    KeyOf,
    MoneyPlace,
    Payment,
    RefundDetail,
    SalesDocument,
    SalesLine,
    Side,
)
from intacct.errors import RateLimitedError, RejectedError, SageFinding
from shared.ledger.content import content_hash
from shared.ledger.evidence import Verdict, expected_of, judge
from shared.ledger.items import from_item, to_item
from shared.ledger.records import Record, State
from shared.ledger.references import UnresolvedReferenceError, references, resolved
from shared.ledger.refusals import finding_of, hint_of, retry_at
from shared.ports import Found
from shared.postings.plan import Posting, PostingKind, Reason

DAY = date(2026, 3, 2)
CLEARING = MoneyPlace(financial_entity="CLR")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


ORDER = SalesDocument(
    "Sales Order",
    "1001-SO",
    "C-1",
    DAY,
    "USD",
    (
        SalesLine("TEE", Decimal(3), "Each", usd("10.00")),
        SalesLine("DISCOUNT", Decimal(1), "Each", usd("-5.00")),
    ),
)
ADVANCE = Advance("1001-ADV", "C-1", DAY, usd("25.00"), CLEARING, "2050")
RECEIPT = Payment(
    "1001-PAY", "C-1", DAY, usd("25.00"), CLEARING, (Application(KeyOf("inv"), usd("25.00")),)
)
SETTLEMENT = Payment(
    "1001-APP",
    "C-1",
    DAY,
    usd("0"),
    CLEARING,
    (Application(KeyOf("inv"), usd("25.00"), CreditKind.ADVANCE, KeyOf("adv")),),
)
CREDIT = Adjustment(
    "1001-CM",
    AdjustmentKind.CREDIT,
    "C-1",
    DAY,
    "USD",
    (
        AdjustmentLine("4095", Side.DEBIT, usd("30.00")),
        AdjustmentLine("4090", Side.CREDIT, usd("5.00")),
    ),
)
REFUND = CustomerRefund(
    "1001-RF",
    "C-1",
    DAY,
    CLEARING,
    (RefundDetail(CreditKind.ADJUSTMENT, KeyOf("credit"), usd("25.00")),),
)
INVOICE = ArInvoice("1001-INV", "C-1", DAY, DAY, (AccountLine("4000", usd("25.00")),))
JOURNAL = JournalEntry(
    "GL-1",
    "GJ",
    DAY,
    "day",
    (JournalLine("1100", Side.DEBIT, usd("5")), JournalLine("4000", Side.CREDIT, usd("5"))),
)


def found(total: str | None, *, customer: str = "C-1", key: str = "7") -> Found:
    money = None if total is None else usd(total)
    return Found(DocumentResult(key), "mark", customer=customer, total=money)


def test_the_hash_counts_amounts_by_value_and_everything_else_by_letter() -> None:
    same = replace(ADVANCE, amount=usd("25"))
    other = replace(ADVANCE, amount=usd("25.01"))

    assert content_hash(same) == content_hash(ADVANCE)
    assert content_hash(other) != content_hash(ADVANCE)
    assert content_hash(replace(ADVANCE, account="2051")) != content_hash(ADVANCE)
    assert content_hash(replace(ADVANCE, amount=Money.of("25", "EUR"))) != content_hash(ADVANCE)


def test_the_hash_is_of_the_references_and_not_of_what_they_stand_for() -> None:
    results = {"inv": DocumentResult("1"), "adv": DocumentResult("2")}

    assert content_hash(resolved(SETTLEMENT, results)) != content_hash(SETTLEMENT)
    assert content_hash(SETTLEMENT) == content_hash(replace(SETTLEMENT))


def test_the_hash_is_stable_over_releases() -> None:
    # A new hash for an old document would turn every posting in flight into a conflict.
    assert content_hash(ADVANCE) == (
        "cc30100c00998dfda1bf8cf3cebcdae2b9ec8376035fbd402c7c36c7acfdd3a3"
    )


def test_references_are_replaced_by_the_keys_that_they_stand_for() -> None:
    results = {"inv": DocumentResult("12", invoice_key="99"), "adv": DocumentResult("5")}

    settled = resolved(SETTLEMENT, results)

    assert isinstance(settled, Payment)
    # Settled is the receivable that the Order Entry invoice made, not the document.
    assert (settled.applications[0].invoice, settled.applications[0].credit) == ("99", "5")
    assert list(references(SETTLEMENT)) == ["inv", "adv"]
    assert list(references(settled)) == []


def test_a_conversion_points_to_the_document_itself() -> None:
    document = replace(ORDER, definition="Sales Invoice", source=KeyOf("order"))

    converted = resolved(document, {"order": DocumentResult("12", invoice_key="99")})

    assert isinstance(converted, SalesDocument)
    assert converted.source == "12"


def test_a_reference_to_what_is_not_in_the_books_is_named() -> None:
    with pytest.raises(UnresolvedReferenceError) as unresolved:
        resolved(REFUND, {})

    assert unresolved.value.posting_key == "credit"


@pytest.mark.parametrize(
    ("document", "stated"),
    [
        (ORDER, "25.00"),
        (ADVANCE, "25.00"),
        (RECEIPT, "25.00"),
        (SETTLEMENT, "0.00"),
        (SETTLEMENT, "25.00"),
        (CREDIT, "-25.00"),
        (CREDIT, "25.00"),
        (REFUND, "25.00"),
        (INVOICE, "25.00"),
        (JOURNAL, None),
        (Customer("C-1", "A buyer"), None),
    ],
)
def test_a_document_with_our_customer_and_amount_is_ours(
    document: Document, stated: str | None
) -> None:
    customer = "" if isinstance(document, JournalEntry) else "C-1"

    assert judge(expected_of(document), [found(stated, customer=customer)]) is Verdict.OURS


@pytest.mark.parametrize("document", [ORDER, ADVANCE, RECEIPT, SETTLEMENT, CREDIT, REFUND, INVOICE])
def test_a_document_of_another_amount_or_customer_is_not_ours(document: Document) -> None:
    euros = Found(DocumentResult("7"), "mark", "C-1", Money.of("25.00", "EUR"))

    assert judge(expected_of(document), [found("24.94")]) is Verdict.DIFFERENT
    assert judge(expected_of(document), [found("25.00", customer="C-2")]) is Verdict.DIFFERENT
    assert judge(expected_of(document), [euros]) is Verdict.DIFFERENT


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [("25.05", Verdict.OURS), ("24.95", Verdict.OURS), ("25.06", Verdict.DIFFERENT)],
)
def test_what_sages_tax_engine_may_have_made_of_an_order_entry_document_is_ours(
    stated: str, verdict: Verdict
) -> None:
    """Five minor units at most; whether its rounding line is allowed is the planner's (R-9.5)."""
    assert judge(expected_of(ORDER), [found(stated)]) is verdict
    assert judge(expected_of(INVOICE), [found(stated)]) is Verdict.DIFFERENT


def test_nothing_and_several_are_told_apart_and_one_listed_twice_is_one() -> None:
    assert judge(expected_of(ADVANCE), []) is Verdict.ABSENT
    assert judge(expected_of(ADVANCE), [found("25.00"), found("25.00", key="8")]) is Verdict.SEVERAL
    assert judge(expected_of(ADVANCE), [found("25.00"), found("25.00")]) is Verdict.OURS


def test_a_record_survives_its_table() -> None:
    now = datetime(2026, 3, 2, 12, 0, 0, 123000, tzinfo=UTC)
    record = Record(
        pk="ORD#a#b#c",
        key="k",
        state=State.DONE,
        fence=3,
        document_number="N",
        control_id="C",
        content_hash="H",
        owner="me",
        lease_until=now,
        sent_at=now,
        settle_at=now,
        due_at=now,
        epoch=2,
        attempts=1,
        resends=1,
        reason="R",
        hint="h",
        result=DocumentResult("1", "i", "posted", usd("12.30"), "99"),
        history=("one", "two"),
    )

    assert from_item(to_item(record)) == record


def test_an_item_of_a_later_version_is_read_without_what_is_unknown() -> None:
    record = Record("p", "k", State.READY, 0, "N", "C", "H")

    item = {**to_item(record), "from_the_future": {"S": "?"}}

    assert from_item(item) == record


def test_the_pause_grows_and_sages_own_is_kept() -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    limited = RateLimitedError("slow", retry_after_seconds=600)

    assert (retry_at(limited, 0, now) - now).total_seconds() == 600
    assert (retry_at(limited, 3, now) - now).total_seconds() == 1800
    assert (retry_at(limited, 99, now) - now).total_seconds() == 21_600


def test_a_finding_shows_sages_words_and_stays_short() -> None:
    error = RejectedError("no", findings=(SageFinding("BL03", "x" * 400, "mend it"),))
    record = Record(
        "p",
        "k",
        State.REFUSED,
        1,
        "1001-ADV",
        "C",
        "H",
        reason="SOMETHING_NEW",
        hint=hint_of(error),
    )

    finding = finding_of(Posting("k", PostingKind.ADVANCE, ADVANCE), record)

    assert finding.reason is Reason.UNKNOWN
    assert finding.place == "ADVANCE 1001-ADV"
    assert finding.hint.startswith("BL03 x")
    assert len(finding.hint) == 300
