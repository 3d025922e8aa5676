"""Lives of payouts: what their source tells, time after time, and the books they end in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from commerce.payouts import FeeKind, Payout, PayoutLineKind, PayoutStatus
from intacct.documents import DocumentResult
from shared.payouts.history import NOTHING, History, Loss, TaxShare
from shared.payouts.planner import EntityPosting, PayoutPlan, plan_payout
from shared.payouts.records import PayoutRecord, merged
from shared.payouts.relief import relief_of
from shared.policy.mapping import PayoutRule, Role
from shared.postings.book import StoreBook
from shared.postings.planner import plan
from tests.accounting.lives import PAID as CAPTURED
from tests.accounting.lives import SHIPPED, order_a_placed
from tests.accounting.shop import ACCOUNTS, book, facts, mapping
from tests.unit.payouts.told import ARRIVED_AT, SENT_AT, line, payout

PAYOUT_ACCOUNTS: dict[Role, str] = {
    **ACCOUNTS,
    Role.PROCESSING_FEES: "6100",
    Role.PAYOUT_CLEARING: "1100",
    Role.PAYOUTS_IN_TRANSIT: "1120",
    Role.RESERVES_HELD: "1150",
    Role.SETTLEMENT_CARRIED_FORWARD: "1160",
    Role.DISPUTES_RECEIVABLE: "1210",
    Role.INTERENTITY_RECEIVABLE: "1900",
    Role.INTERENTITY_PAYABLE: "2900",
    Role.CONVERSION_FEES: "6105",
    Role.REFERRAL_FEES: "6110",
    Role.FULFILMENT_FEES: "6120",
    Role.STORAGE_FEES: "6125",
    Role.ADVERTISING_FEES: "6130",
    Role.DISPUTE_FEES: "6160",
    Role.CHARGEBACK_LOSSES: "6150",
    Role.OTHER_FEES: "6190",
}
DIRECT: dict[Role, str] = dict(PAYOUT_ACCOUNTS)
del DIRECT[Role.PAYOUTS_IN_TRANSIT]
AMAZON: dict[Role, str] = {**DIRECT, Role.PAYOUT_CLEARING: "1102"}
RULES = (PayoutRule("payout_failure", "1100"),)
LOST_AT = datetime(2026, 3, 30, 15, tzinfo=UTC)
FAILED_AT = datetime(2026, 3, 9, 15, tzinfo=UTC)

CHARGE, REFUND, FEE = PayoutLineKind.CHARGE, PayoutLineKind.REFUND, PayoutLineKind.FEE
RESERVE, DISPUTE = PayoutLineKind.RESERVE, PayoutLineKind.DISPUTE
PAID = PayoutStatus.PAID


@dataclass(frozen=True, slots=True)
class PayoutLife:
    """What was told, in its order, each with when it was read, and the books.

    `history` is what people decided in the end about every payout of it.
    """

    book: StoreBook
    told: tuple[tuple[Payout, datetime], ...]
    history: History = NOTHING


@dataclass(slots=True)
class PlayedPayouts:
    """The entries that the planner made of a life, by purpose."""

    entries: dict[str, EntityPosting] = field(default_factory=dict)


LIVES: dict[str, Callable[[], PayoutLife]] = {}


def life(build: Callable[[], PayoutLife]) -> Callable[[], PayoutLife]:
    """Register a life under the name of its function."""
    LIVES[build.__name__] = build
    return build


def payout_book(accounts: dict[Role, str] = PAYOUT_ACCOUNTS, **more: object) -> StoreBook:
    """The books of the test shop with accounts for payouts."""
    return book(chart=mapping(accounts=accounts, payout_rules=RULES, location="", **more))


def play(told: PayoutLife) -> PlayedPayouts:
    """Keep and plan each telling; what was planned once stays as it was."""
    played = PlayedPayouts()
    records: dict[str, PayoutRecord] = {}
    for each, at in told.told:
        record = merged("acme", records.get(each.ref.id), each, at=at)
        records[each.ref.id] = record
        planned = plan_payout(record, told.book)
        assert not planned.findings, planned.findings
        _take(played, planned)
    for record in records.values():
        _take(played, plan_payout(replace(record, history=told.history), told.book))
    return played


def _take(played: PlayedPayouts, planned: PayoutPlan) -> None:
    for entry in planned.entries:
        purpose = entry.posting.key.split(":", 1)[1]
        assert played.entries.setdefault(purpose, entry) == entry, purpose


def _arrived(*lines: object, amount: str, **more: object) -> tuple[Payout, datetime]:
    told = payout(lines, amount=amount, status=PAID, arrived_at=ARRIVED_AT, **more)  # type: ignore[arg-type]
    return told, ARRIVED_AT


@life
def sent_and_arrived() -> PayoutLife:
    arrived = payout(status=PAID, arrived_at=ARRIVED_AT)
    return PayoutLife(payout_book(), ((payout(), SENT_AT), (arrived, ARRIVED_AT)))


@life
def failed_and_retried() -> PayoutLife:
    failed = payout(status=PayoutStatus.FAILED)
    back = line("4", PayoutLineKind.TRANSFER, "159.34", at=FAILED_AT, type_name="payout_failure")
    retried = _arrived(back, amount="159.34", payout_id="po-1002", sent_at=FAILED_AT)
    return PayoutLife(payout_book(), ((payout(), SENT_AT), (failed, FAILED_AT), retried))


@life
def negative() -> PayoutLife:
    refunded = line("1", REFUND, "-40.00", "2.00", fee_kind=FeeKind.PROCESSING)
    return PayoutLife(payout_book(), (_arrived(refunded, amount="-42.00"),))


@life
def reserve_held_and_released() -> PayoutLife:
    kept = _arrived(line("1", CHARGE, "25.00"), line("held", RESERVE, "-25.00"), amount="0.00")
    freed = _arrived(
        line("2", REFUND, "-25.00"),
        line("released", RESERVE, "25.00"),
        amount="0.00",
        payout_id="po-1002",
    )
    return PayoutLife(payout_book(), (kept, freed))


@life
def amazon_settlement() -> PayoutLife:
    lines = (
        line("sales", CHARGE, "1000.00"),
        line("shipping", CHARGE, "50.00"),
        line("promotions", CHARGE, "-20.00"),
        line("referral", FEE, "-154.50", fee_kind=FeeKind.REFERRAL),
        line("fba", FEE, "-210.00", fee_kind=FeeKind.FULFILMENT),
        line("refunds", REFUND, "-90.00"),
        line("credit", FEE, "10.80", fee_kind=FeeKind.REFERRAL),
        line("ads", FEE, "-75.00", fee_kind=FeeKind.ADVERTISING),
        line("storage", FEE, "-12.30", fee_kind=FeeKind.STORAGE),
        line("previous", RESERVE, "200.00"),
        line("new", RESERVE, "-150.00"),
    )
    begun = datetime(2026, 3, 1, 8, tzinfo=UTC)
    told = _arrived(*lines, amount="549.00", period_from=begun)
    return PayoutLife(payout_book(AMAZON), (told,))


@life
def over_month_end() -> PayoutLife:
    march, april = datetime(2026, 3, 28, 15, tzinfo=UTC), datetime(2026, 4, 3, 15, tzinfo=UTC)
    ended = datetime(2026, 4, 8, 15, tzinfo=UTC)
    told = payout(
        (
            line("1", CHARGE, "400.00", at=march),
            line("2", FEE, "-100.00", at=march, fee_kind=FeeKind.REFERRAL),
            line("3", CHARGE, "350.00", at=april),
            line("4", FEE, "-101.00", at=april, fee_kind=FeeKind.REFERRAL),
        ),
        amount="549.00",
        status=PAID,
        sent_at=ended,
        arrived_at=ended,
        period_from=datetime(2026, 3, 25, 15, tzinfo=UTC),
    )
    return PayoutLife(payout_book(AMAZON), ((told, ended),))


@life
def all_held() -> PayoutLife:
    lines = (
        line("1", CHARGE, "80.00"),
        line("2", FEE, "-30.00", fee_kind=FeeKind.REFERRAL),
        line("3", RESERVE, "-50.00"),
    )
    told = _arrived(*lines, amount="0.00", period_from=datetime(2026, 3, 1, 8, tzinfo=UTC))
    return PayoutLife(payout_book(AMAZON), (told,))


@life
def facilitator_tax() -> PayoutLife:
    lines = (
        line("1", CHARGE, "108.00"),
        line("2", PayoutLineKind.FACILITATOR_TAX, "-8.00"),
    )
    told = _arrived(*lines, amount="100.00", period_from=datetime(2026, 3, 1, 8, tzinfo=UTC))
    return PayoutLife(payout_book(AMAZON), (told,))


@life
def dispute_won() -> PayoutLife:
    opened = line("opened", DISPUTE, "-69.95", "15.00", fee_kind=FeeKind.DISPUTE, order_id="A")
    won = line("won", DISPUTE, "69.95", "-15.00", fee_kind=FeeKind.DISPUTE, order_id="A")
    first = _arrived(line("1", CHARGE, "84.95"), opened, amount="0.00")
    second = _arrived(line("2", REFUND, "-84.95"), won, amount="0.00", payout_id="po-1002")
    return PayoutLife(payout_book(), (first, second))


def _disputed(*taxes: TaxShare) -> PayoutLife:
    opened = line("opened", DISPUTE, "-69.95", "15.00", fee_kind=FeeKind.DISPUTE, order_id="A")
    told = _arrived(line("1", CHARGE, "84.95"), opened, amount="0.00")
    return PayoutLife(payout_book(), (told,), History(losses=(Loss("opened", LOST_AT, taxes),)))


@life
def dispute_lost() -> PayoutLife:
    return _disputed()


@life
def dispute_lost_with_relief() -> PayoutLife:
    """The tax that order A's own documents left with each agency, in full."""
    sold, shop = facts(order_a_placed(), CAPTURED, SHIPPED), book()
    posted = {each.key: DocumentResult(key=each.key) for each in plan(sold, {}, shop).postings}
    opened = line("opened", DISPUTE, "-69.95", order_id="A")
    return _disputed(*relief_of(opened, sold, posted, shop))


@life
def converted() -> PayoutLife:
    lines = (
        line("1", CHARGE, "108.00", "3.20", fee_kind=FeeKind.PROCESSING),
        line("2", PayoutLineKind.CONVERSION, "-1.62"),
    )
    return PayoutLife(payout_book(DIRECT), (_arrived(*lines, amount="103.18"),))


@life
def bank_of_another_entity() -> PayoutLife:
    sold = line("1", CHARGE, "130.65", "4.09", fee_kind=FeeKind.PROCESSING)
    books = payout_book(DIRECT, bank_entity="E100")
    return PayoutLife(_of_entity(books, "E200"), (_arrived(sold, amount="126.56"),))


def _of_entity(books: StoreBook, entity: str) -> StoreBook:
    return StoreBook(
        books.tenant, entity, books.zone, books.base_currency, books.store, books.mapping
    )
