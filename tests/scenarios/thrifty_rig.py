"""A thrifty channel over the simulated company: orders posted and payouts booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from commerce.orders import Facts, Fulfilment, Order, Payment, Refund
from commerce.payouts import Payout
from intacct.capabilities import protocols
from intacct.router import IntacctBooks
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.apply import Applier, results_of
from shared.ledger.outcomes import OutcomeKind
from shared.payouts.booking import BookerParts, BookingState, PayoutBooker
from shared.payouts.keeping import Keeper
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.store import PayoutKey
from shared.policy.mapping import Role
from shared.posting.store_books import store_book
from shared.posting.versions import OrderBooks
from shared.postings.book import StoreBook
from shared.postings.plan import Posting
from shared.postings.planner import plan
from shared.tenants.models import Tenant
from tests.accounting.payout_lives import DIRECT
from tests.accounting.shop import TENDERS, facts, mapping, ref
from tests.contract.conftest import RestRig, Simulator
from tests.contract.xml_rig import XmlRig
from tests.fake_day_book import MemoryDayBook
from tests.fakes import FakeClock, MemoryFacts, MemoryLedger, MemoryReviews, counting_ids
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.payouts.told import SENT_AT

THRIFTY = {"posting_depth": "thrifty", "customer_mode": "channel"}


def thrifty_tenant() -> Tenant:
    """A tenant whose one store is thrifty; order lines of any SKU may be sold."""
    chart = mapping(accounts=DIRECT, channel_customer="C-ADA", tenders=TENDERS)
    store = {"id": "shop", "cart": "shopify", "entity": "100", "policy": THRIFTY, "mapping": chart}
    entity = {"id": "100", "zone": "America/New_York", "base_currency": "USD"}
    members = {"company_id": "C", "user_id": "U"}
    told = {"id": "acme", "intacct": members, "entities": [entity], "stores": [store]}
    return Tenant.model_validate(told)


class ThriftyRig:
    """Posts and books through the ledger and the router, both protocols at hand."""

    def __init__(self, simulator: Simulator, rest: RestRig, protocol: str) -> None:
        """`protocol` carries invoices, memos and journals."""
        self.simulator = simulator
        self.tenant = thrifty_tenant()
        self.clock = FakeClock(SENT_AT)
        self.facts = MemoryFacts()
        self.ledger = MemoryLedger()
        self.payouts = MemoryPayouts()
        self.reviews = MemoryReviews()
        self.postings: list[Posting] = []
        xml = XmlRig(simulator.company)
        chosen = dict.fromkeys(("ar_invoice", "payment", "journal_entry"), protocol)
        self._books = IntacctBooks(
            rest=lambda: rest.actions,
            xml=lambda: xml.actions("100"),
            protocols=protocols(chosen),
        )
        self._keeper = Keeper(self.payouts, self.reviews, self.clock, lambda _: None)
        days = MemoryDayBook()
        self._versions = OrderBooks(lambda _tenant, _number: self.tenant, days)
        self._booker = PayoutBooker(
            BookerParts(
                payouts=self.payouts,
                ledger=self.ledger,
                reviews=self.reviews,
                orders=OrderMoneyReader(self.facts, self.ledger, self._versions, plan),
                applier_of=self._applier,
                clock=self.clock,
                on_failure=self._failed,
            )
        )

    @property
    def book(self) -> StoreBook:
        """The books of the store."""
        found = store_book(self.tenant, "shop")
        assert found is not None
        return found

    def order(self, order_id: str, placed: Order, *parts: Payment | Fulfilment | Refund) -> None:
        """Learn of an order and post what it makes, as the poster would."""
        known = facts(replace(placed, ref=ref("order", order_id), number=f"#{order_id}"), *parts)
        known = replace(known, ref=ref("order", order_id))
        pk = order_pk("acme", "shop", order_id)
        before = self.facts.load(pk)
        record = before or FactsRecord(pk, known)
        self.facts.save(replace(record, known=known, status=FactsStatus.READY))
        self._post(pk, known)

    def pay_out(self, told: Payout) -> BookingState:
        """Learn of a payout and book it; what became of it."""
        self._keeper.keep("acme", told)
        deadline = self.clock() + timedelta(seconds=300)
        return self._booker.book(
            self.tenant, PayoutKey("acme", "shop", told.ref.id), deadline
        ).state

    def repost(self, order_id: str) -> None:
        """Plan and post an order once more."""
        record = self.facts.load(order_pk("acme", "shop", order_id))
        assert record is not None
        self._post(record.pk, record.known)

    def balances(self) -> dict[str, Decimal]:
        """The simulated company's ledger."""
        return self.simulator.balances()

    def documents(self) -> dict[str, int]:
        """How many documents of each kind our ledger has, by kind."""
        counts: dict[str, int] = {}
        for _, key in self.ledger.records:
            kind = key.split("/")[2]
            counts[kind] = counts.get(kind, 0) + 1
        return counts

    def open_invoices(self) -> Decimal:
        """What the receivable still holds."""
        return self.balances().get(self.book.mapping.accounts[Role.RECEIVABLE], Decimal(0))

    def _post(self, pk: str, known: Facts) -> None:
        deadline = self.clock() + timedelta(seconds=300)
        chain = self.ledger.chain(pk)
        planned = plan(known, results_of(chain), self.book)
        assert not planned.findings, planned.findings
        applier = self._applier(self.tenant, "100")
        outcome = applier.apply(pk, planned.postings, results_of(chain), deadline, records=chain)
        assert outcome.kind is OutcomeKind.COMPLETE, outcome
        self.postings += planned.postings

    def _applier(self, _tenant: Tenant, _entity: str) -> Applier:
        ids = counting_ids()
        return Applier(self.ledger, self._books, clock=self.clock, ids=ids, pause=lambda _: None)

    def _failed(self, key: PayoutKey, error: Exception) -> None:
        raise AssertionError(key) from error
