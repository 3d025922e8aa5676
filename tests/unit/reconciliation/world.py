"""A company in process: orders posted by the product into the simulator's books, and proved.

Nothing listens and nothing waits: both protocols are spoken to the simulator's application itself,
and time is the simulator's own, which stands still until a test moves it.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from carts.adapter import CartClient
from commerce.orders import Facts, Fulfilment, Payment, Refund
from commerce.payouts import Payout
from intacct.capabilities import protocols, read_protocols
from intacct.documents import Customer
from intacct.read_router import IntacctReads
from intacct.rest.actions import RestActions
from intacct.rest.auth import TokenEndpoint
from intacct.rest.book_reads import RestBookReads
from intacct.rest.client import RestClient
from intacct.router import IntacctBooks
from intacct.xml.book_reads import XmlBookReads
from local.intacct_simulator.company import Company
from local.intacct_simulator.server import build
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.gl.completeness import OrdersBacklog
from shared.gl.correcting import planned_by
from shared.gl.export import DayExporter, DayExporterParts
from shared.gl.inspecting import JournalsAtSage
from shared.gl.posting import Asked
from shared.gl.reports import DayReport
from shared.ledger.apply import Applier
from shared.messages import OrderReady
from shared.payouts.booking import BookerParts, BookingReport, PayoutBooker
from shared.payouts.keeping import Keeper
from shared.payouts.member_orders import MemberOrders
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.summing import PayoutSummer, SummerParts
from shared.policy.choices import PostingMode
from shared.policy.switches import PostingPolicy
from shared.posting.post_order import OrderPoster, OrderPosterParts
from shared.posting.reports import PostingReport
from shared.posting.versions import OrderBooks
from shared.postings.book import StoreBook
from shared.postings.planner import plan
from shared.reconciliation.budget import PROOF, Budget
from shared.reconciliation.cart_lists import CartLists
from shared.reconciliation.day_proof import ProverParts
from shared.reconciliation.prove import ProofReport, Prover
from shared.reconciliation.refreshing import RefreshParts
from shared.reconciliation.statement import Statement, decode
from shared.tenants.models import Entity, Intacct, Store, Tenant
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import mapping
from tests.contract.conftest import HeldTokens
from tests.contract.xml_rig import AsgiTransport, XmlRig
from tests.fake_day_book import MemoryDayBook
from tests.fakes import MemoryFacts, MemoryLedger, MemoryReviews, counting_ids
from tests.paging.memory import Queue
from tests.unit.payouts.claims import MemoryPayoutDays
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.reconciliation.memory import MemoryProofBook, MemorySources

BASE = "http://127.0.0.1/ia/api/v1"
TENANT, ENTITY = "acme", "100"
NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)


def company_tenant() -> Tenant:
    """A shop posted in detail, and an outlet posted by the day."""
    policy = PostingPolicy(posting_mode=PostingMode.SUMMARY_DAILY)
    return Tenant(
        id=TENANT,
        intacct=Intacct(company_id="acme", user_id="ws"),
        entities=(Entity(id=ENTITY, zone="America/New_York", base_currency="USD"),),
        stores=(
            Store(id="shop", cart="shopify", entity=ENTITY, mapping=_chart()),
            Store(id="outlet", cart="shopify", entity=ENTITY, mapping=_chart(), policy=policy),
        ),
    )


def _chart() -> Any:
    return mapping(accounts=PAYOUT_ACCOUNTS)


class World:
    """Everything of one company."""

    def __init__(self) -> None:
        self.company = Company()
        self.company.clock.set(NOON, freeze=True)
        self.tenant = company_tenant()
        self.facts, self.ledger = MemoryFacts(), MemoryLedger()
        self.days, self.reviews = MemoryDayBook(), MemoryReviews()
        self.payouts, self.book = MemoryPayouts(), MemoryProofBook()
        self.transactions = 0
        self.counted: dict[str, int] = {}
        self._speak()
        self._build()
        self.books.create(Customer("C-ADA", "Ada"), control_id="ada", idempotency_key="ada")

    def clock(self) -> datetime:
        return self.company.clock.now()

    def _speak(self) -> None:
        def count(_request: httpx.Request) -> None:
            self.transactions += 1

        transport = AsgiTransport(build(self.company), never_waits=True)
        http = httpx.Client(transport=transport)
        counted = httpx.Client(transport=transport, event_hooks={"request": [count]})
        known = self.company.credentials
        endpoint = TokenEndpoint(
            http,
            f"{BASE}/oauth2/token",
            client_id=known.client_id,
            client_secret=known.client_secret,
            clock=self.clock,
        )
        client = RestClient(
            counted, BASE, HeldTokens(endpoint, known.username), monotonic=time.monotonic
        )
        xml = XmlRig(self.company, http=counted, url="http://127.0.0.1/ia/xml/xmlgw.phtml")
        rest = RestActions(client, entity=ENTITY, base_currency="USD")
        self.books = IntacctBooks(
            rest=lambda: rest, xml=lambda: xml.actions(ENTITY), protocols=protocols({})
        )
        self.reads = IntacctReads(
            rest=lambda: RestBookReads(client, entity=ENTITY),
            xml=lambda: XmlBookReads(xml.gateway, entity=ENTITY),
            protocols=read_protocols({}),
        )

    def applier(self, _tenant: Tenant, _entity: str) -> Applier:
        return Applier(
            self.ledger,
            self.books,
            clock=self.clock,
            ids=counting_ids(),
            pause=self.company.clock.advance,
        )

    def _build(self) -> None:
        ids = itertools.count(1)
        self.failures: list[Exception] = []
        self.poster = OrderPoster(
            OrderPosterParts(
                tenant_of=lambda _: self.tenant,
                books=OrderBooks(lambda _tenant, _number: self.tenant, self.days),
                facts=self.facts,
                ledger=self.ledger,
                days=self.days,
                reviews=self.reviews,
                applier_of=self.applier,
                plan=plan,
                clock=self.clock,
                ids=lambda: f"w{next(ids)}",
            )
        )
        self.keeper = Keeper(self.payouts, self.reviews, self.clock, lambda _: None)
        versions = OrderBooks(lambda _tenant, _number: self.tenant, self.days)
        money = OrderMoneyReader(self.facts, self.ledger, versions, plan)
        claims = MemoryPayoutDays(self.days)
        summer = PayoutSummer(
            SummerParts(
                days=self.days,
                payout_days=claims,
                orders=MemberOrders(self.facts, self.ledger, claims, versions, plan),
                ledger=self.ledger,
                applier_of=self.applier,
                sage_side_of=lambda _tenant, _entity: JournalsAtSage(
                    lambda: self.reads, base_currency="USD"
                ),
                clock=self.clock,
            )
        )
        self.booker = PayoutBooker(
            BookerParts(
                payouts=self.payouts,
                ledger=self.ledger,
                reviews=self.reviews,
                orders=money,
                applier_of=self.applier,
                clock=self.clock,
                on_failure=lambda _key, error: self.failures.append(error),
                summaries=summer,
            )
        )
        sources = MemorySources(self.facts, self.ledger, self.days)
        self.queue, self.carts = Queue(), dict[str, CartClient]()
        lists = CartLists(
            client_of=lambda _tenant, store: self.carts.get(store.id),
            events=self.queue,
            sources=sources,
            book=self.book,
            clock=self.clock,
        )
        parts = RefreshParts(
            book=self.book,
            sources=sources,
            ledger=self.ledger,
            payouts=self.payouts,
            days=self.days,
            books=versions,
            orders=money,
            clock=self.clock,
            payout_days=claims,
        )
        budget = Budget(
            used=lambda _: self.transactions,
            of_month=lambda _tenant, _month: self.counted,
            note=self._note,
        )
        self.prover = Prover(
            ProverParts(
                refresh=parts,
                reads_of=lambda _tenant, _entity: self.reads,
                budget=budget,
                on_failure=lambda _tenant, _entity, _on, error: self.failures.append(error),
                lists=lists,
            )
        )

    def _note(self, _tenant: str, count: int) -> None:
        self.counted[PROOF] = self.counted.get(PROOF, 0) + count

    def open_store(self, name: str, book: StoreBook) -> None:
        """Open one more store, with the mapping and the policy of a book."""
        made = Store(
            id=name, cart="shopify", entity=ENTITY, mapping=book.mapping, policy=book.policy
        )
        self.tenant = self.tenant.model_copy(update={"stores": (*self.tenant.stores, made)})

    def know(self, known: Facts, *, store: str = "shop") -> FactsRecord:
        """Store facts as customer_sync would, in place of what was known."""
        named = _named(known, store)
        pk = order_pk(TENANT, store, named.ref.id)
        before = self.facts.load(pk)
        usual = before or FactsRecord(pk, named, customer="C-ADA")
        return self.facts.save(
            replace(
                usual,
                known=named,
                status=FactsStatus.READY,
                receipts=ReceiptSource.TRANSACTIONS,
                due_at=self.clock(),
            )
        )

    def post(self, order_id: str, *, store: str = "shop") -> PostingReport:
        """Post an order's facts as the lane would."""
        message = OrderReady(
            tenant=TENANT,
            store=store,
            order_id=order_id,
            facts_version=1,
        )
        return self.poster.post(message, self.clock() + timedelta(minutes=5))

    def sell(self, known: Facts, *, store: str = "shop") -> PostingReport:
        """Know an order and post it."""
        self.know(known, store=store)
        return self.post(known.ref.id, store=store)

    def export(self, on: date, store: str = "outlet") -> list[DayReport]:
        """Close a day of a summary channel, as far as it has come."""
        exporter = DayExporter(
            DayExporterParts(
                tenants=lambda: [self.tenant],
                tenant_of=lambda _: self.tenant,
                days=self.days,
                facts=self.facts,
                ledger=self.ledger,
                reviews=self.reviews,
                backlog=OrdersBacklog(self.reviews, self.facts),
                applier_of=self.applier,
                sage_side_of=lambda _tenant, _entity: JournalsAtSage(
                    lambda: self.reads, base_currency="USD"
                ),
                replan=planned_by(plan),
                clock=self.clock,
                on_failure=lambda _key, error: self.failures.append(error),
            )
        )
        asked = Asked(self.clock() + timedelta(minutes=5))
        return exporter.export(TENANT, store, on, asked)

    def pay_out(self, told: Payout) -> list[BookingReport]:
        """Keep what a store was paid, and book what is due."""
        self.keeper.keep(TENANT, told)
        return self.booker.book_due([self.tenant], self.clock() + timedelta(minutes=5))

    def prove(self, on: date, *, again: bool = False) -> Statement:
        """Prove a day and give its statement."""
        report = self.report(on, again=again)
        assert not self.failures, self.failures
        assert report.link is not None, report
        body = self.book.file(report.link, "json")
        assert body is not None
        return decode(body)

    def report(self, on: date, *, again: bool = False) -> ProofReport:
        """Prove a day and give the report."""
        deadline = self.clock() + timedelta(minutes=15)
        return self.prover.prove(self.tenant, ENTITY, on, deadline, again=again)

    def next_morning(self) -> None:
        """Move on to three in the morning after the ledger day, in New York."""
        now = self.clock()
        morning = now.replace(hour=8, minute=0, second=0, microsecond=0)
        if morning <= now:
            morning += timedelta(days=1)
        self.company.clock.set(morning, freeze=True)

    def documents(self, table: str) -> Sequence[Any]:
        """The records of a table of the simulator's books."""
        return self.company.books.find(table)


def _named(known: Facts, store: str) -> Facts:
    """The facts as those of a store."""
    order = known.order

    def placed(ref: Any) -> Any:
        return replace(ref, store=store)

    def moved(payment: Payment) -> Payment:
        return replace(payment, ref=placed(payment.ref), order_id=known.ref.id)

    def parcel(one: Fulfilment) -> Fulfilment:
        return replace(one, ref=placed(one.ref), order_id=known.ref.id)

    def back(one: Refund) -> Refund:
        return replace(
            one,
            ref=placed(one.ref),
            order_id=known.ref.id,
            transactions=tuple(moved(each) for each in one.transactions),
        )

    return replace(
        known,
        ref=placed(known.ref),
        order=replace(order, ref=placed(order.ref)) if order else None,
        payments=tuple(moved(one) for one in known.payments),
        fulfilments=tuple(parcel(one) for one in known.fulfilments),
        refunds=tuple(back(one) for one in known.refunds),
    )


def order_facts(name: str, life: Facts) -> Facts:
    """A life's facts as those of an order of another id, so that several can live side by side."""

    def renamed(ref: Any) -> Any:
        return replace(ref, id=f"{ref.id}-{name}")

    order = life.order
    return replace(
        life,
        ref=replace(life.ref, id=name),
        order=replace(order, ref=replace(order.ref, id=name), number=f"#{name}") if order else None,
        payments=tuple(replace(one, ref=renamed(one.ref)) for one in life.payments),
        fulfilments=tuple(replace(one, ref=renamed(one.ref)) for one in life.fulfilments),
        refunds=tuple(
            replace(
                one,
                ref=renamed(one.ref),
                transactions=tuple(
                    replace(each, ref=renamed(each.ref)) for each in one.transactions
                ),
            )
            for one in life.refunds
        ),
    )
