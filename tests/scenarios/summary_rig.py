"""A channel in `summary_payout` over the simulated company: orders told, payouts booked."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from commerce.orders import Facts, Fulfilment, Order, Payment, Refund
from commerce.payouts import Payout
from shared.explain.explainer import Explainer, ExplainerParts
from shared.explain.lines import ExplainedEntry
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.gl.correcting import planned_by
from shared.gl.days import DayKey
from shared.gl.export import DayExporter, DayExporterParts
from shared.gl.inspecting import JournalsAtSage
from shared.ledger.apply import Applier
from shared.payouts.booking import BookerParts, BookingReport, PayoutBooker
from shared.payouts.keeping import Keeper
from shared.payouts.member_orders import MemberOrders
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.proof import payout_subject
from shared.payouts.store import PayoutKey
from shared.payouts.summing import PayoutSummer, SummerParts
from shared.policy.choices import CustomerMode, PostingMode
from shared.policy.mapping import Definitions, ItemRule, Role
from shared.policy.switches import PostingPolicy
from shared.posting.entering import enter
from shared.posting.store_books import store_book
from shared.posting.versions import OrderBooks
from shared.postings.book import StoreBook
from shared.postings.findings import Finding
from shared.postings.planner import plan
from shared.tenants.models import Tenant
from tests.accounting.journals import Entry
from tests.accounting.payout_lives import DIRECT, RULES
from tests.accounting.shop import TENDERS, facts, mapping, ref
from tests.contract.actions.teller import Teller
from tests.fake_day_book import MemoryDayBook
from tests.fakes import FakeClock, MemoryFacts, MemoryLedger, MemoryReviews, counting_ids
from tests.scenarios.channel import COUNTED, Nothing
from tests.unit.explain.telling import MemoryDocuments
from tests.unit.payouts.claims import MemoryPayoutDays
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.payouts.told import SENT_AT

ACCOUNTS = {**DIRECT, **COUNTED}


class SummaryRig:
    """Orders enter their days or wait; payouts go through the booker, the ledger and both wires."""

    def __init__(self, teller: Teller, clock: datetime = SENT_AT) -> None:
        self.teller = teller
        self.clock = FakeClock(clock)
        self.days = MemoryDayBook()
        self.payout_days = MemoryPayoutDays(self.days)
        self.facts = MemoryFacts()
        self.ledger = MemoryLedger()
        self.payouts = MemoryPayouts()
        self.reviews = MemoryReviews()
        self.keeper = Keeper(self.payouts, self.reviews, self.clock, lambda _: None)
        self._books_of = OrderBooks(lambda _tenant, _number: self.tenant, self.days)
        self.configure()

    def configure(
        self, *rules: ItemRule, accounts: dict[Role, str] | None = None, **policy: Any
    ) -> None:
        """The shop's mapping and policy from now on."""
        chart = mapping(
            accounts=accounts or ACCOUNTS,
            definitions=Definitions(statistical_journal="STJ"),
            channel_customer="C-ADA",
            payout_rules=RULES,
            tenders=(*TENDERS, replace(TENDERS[0], gateway="amazon", account="1102")),
        )
        chart = replace(chart, item_rules=(*rules, *chart.item_rules))
        switches = {
            "posting_mode": PostingMode.SUMMARY_PAYOUT,
            "customer_mode": CustomerMode.CHANNEL,
            **policy,
        }
        store = {
            "id": "shop",
            "cart": "shopify",
            "entity": "100",
            "mapping": asdict(chart),
            "policy": asdict(PostingPolicy(**switches)),
        }
        entities = [
            {"id": name, "zone": "America/New_York", "base_currency": "USD"} for name in ("100",)
        ]
        members = {"company_id": "C", "user_id": "U"}
        told = {"id": "acme", "intacct": members, "entities": entities, "stores": [store]}
        self.tenant = Tenant.model_validate(told)

    @property
    def book(self) -> StoreBook:
        found = store_book(self.tenant, "shop")
        assert found is not None
        return found

    def order(self, order_id: str, placed: Order, *parts: Payment | Fulfilment | Refund) -> None:
        """Learn of an order, as the poster would."""
        known = facts(replace(placed, ref=ref("order", order_id), number=f"#{order_id}"), *parts)
        self.learn(order_id, replace(known, ref=ref("order", order_id)))

    def learn(self, order_id: str, known: Facts) -> None:
        """Keep an order's facts, and enter what belongs to its days."""
        pk = order_pk("acme", "shop", order_id)
        record = self.facts.load(pk) or FactsRecord(pk, known, status=FactsStatus.READY)
        self.facts.save(replace(record, known=known, status=FactsStatus.READY))
        planned = plan(known, {}, self.book)
        assert not planned.findings, planned.findings
        assert planned.postings == ()
        enter(self.days, pk, self.book, planned)

    def detail(self, order_id: str, placed: Order, *parts: Payment | Fulfilment | Refund) -> None:
        """Learn of an order that is posted by itself, whose documents are of no interest here."""
        known = facts(replace(placed, ref=ref("order", order_id)), *parts)
        pk = order_pk("acme", "shop", order_id)
        self.facts.save(FactsRecord(pk, known, status=FactsStatus.READY))

    def keep(self, told: Payout) -> PayoutKey:
        self.keeper.keep("acme", told)
        return PayoutKey("acme", "shop", told.ref.id)

    def pay_out(self, told: Payout, **asked: Any) -> BookingReport:
        """Learn of a payout and book it; what became of it."""
        return self.book_again(self.keep(told), **asked)

    def book_again(self, key: PayoutKey, **asked: Any) -> BookingReport:
        deadline = self.clock() + timedelta(seconds=300)
        return self.booker().book(self.tenant, key, deadline, **asked)

    def findings(self, payout_id: str = "po-1001") -> tuple[Finding, ...]:
        return self.reviews.records["acme", payout_subject("shop", payout_id)].findings

    def entries(self, *, is_statistical: bool = False) -> list[tuple[date, Entry]]:
        """The journals in the books, in the order in which they came there."""
        books = self.teller.company.books
        return [
            (record["posting_date"], self._lines(record))
            for record in sorted(
                books.select("journal_entry", private=True), key=lambda one: int(one["key"])
            )
            if bool(record["is_statistical"]) is is_statistical
        ]

    def balances(self) -> dict[str, Decimal]:
        """Debits less credits of each account, those of zero left out."""
        found: dict[str, Decimal] = {}
        for row in self.teller.company.books.trial_balance():
            found[row.account] = found.get(row.account, Decimal(0)) + row.debit - row.credit
        return {account: amount for account, amount in found.items() if amount}

    def close(self, through: date) -> None:
        """The company closes its books."""
        self.teller.company.books.periods.close("", through)
        self.teller.company.books.periods.close("100", through)

    def explained(self, payout_id: str = "po-1001") -> list[ExplainedEntry]:
        """The journals of a payout, taken apart."""
        explainer = Explainer(
            ExplainerParts(
                facts=self.facts,
                ledger=self.ledger,
                days=self.days,
                payouts=self.payouts,
                archive=MemoryDocuments(),
                book_of=lambda *_: self.book,
                books_of=lambda *_: [self.book],
                days_of=lambda pk: self.payout_days.holders(pk).values(),
            )
        )
        return explainer.payout(PayoutKey("acme", "shop", payout_id))

    def export_days(self) -> None:
        """Close the days that hold what no payout brings."""

        def failed(key: DayKey, error: Exception) -> None:
            raise AssertionError(key) from error

        DayExporter(
            DayExporterParts(
                tenants=lambda: [self.tenant],
                tenant_of=lambda _: self.tenant,
                days=self.days,
                facts=self.facts,
                ledger=self.ledger,
                reviews=self.reviews,
                backlog=Nothing(),
                applier_of=self._applier,
                sage_side_of=self._sage_side,
                replan=planned_by(plan),
                clock=self.clock,
                on_failure=failed,
            )
        ).export_due(self.clock() + timedelta(seconds=300))

    def booker(self) -> PayoutBooker:
        orders = MemberOrders(self.facts, self.ledger, self.payout_days, self._books_of, plan)
        summer = PayoutSummer(
            SummerParts(
                days=self.days,
                payout_days=self.payout_days,
                orders=orders,
                ledger=self.ledger,
                applier_of=self._applier,
                sage_side_of=self._sage_side,
                clock=self.clock,
            )
        )
        return PayoutBooker(
            BookerParts(
                payouts=self.payouts,
                ledger=self.ledger,
                reviews=self.reviews,
                orders=OrderMoneyReader(self.facts, self.ledger, self._books_of, plan),
                applier_of=self._applier,
                clock=self.clock,
                on_failure=self._failed,
                summaries=summer,
            )
        )

    def _applier(self, _tenant: Tenant, _entity: str) -> Applier:
        return Applier(
            self.ledger,
            self.teller.books,
            clock=self.clock,
            ids=counting_ids(),
            pause=lambda _: None,
        )

    def _sage_side(self, _tenant: Tenant, _entity: str) -> JournalsAtSage:
        return JournalsAtSage(lambda: self.teller.reads, base_currency="USD")

    def _lines(self, record: Any) -> Entry:
        books, entry = self.teller.company.books, Entry()
        for row in books.lines("journal_entry", record["key"]):
            account = books.get("account", row["account"])
            assert account is not None
            place = (str(account["id"]), "Dr" if row["side"] == "debit" else "Cr")
            entry[place] = entry.get(place, Decimal(0)) + row["amount"]
        return entry

    @staticmethod
    def _failed(key: PayoutKey, error: Exception) -> None:
        raise AssertionError(key) from error
