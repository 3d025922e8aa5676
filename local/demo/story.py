"""The story of `make run`: signed cart orders become balanced books, and each claim is checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from rich.console import Console

from local.demo import payloads, show
from local.demo.articles import sell_an_unknown_article
from local.demo.books import SimulatedBooks
from local.demo.carts import CartShops
from local.demo.checks import Checks
from local.demo.day import close_the_day
from local.demo.levels import carry_levels
from local.demo.memory import Journey, Memory
from local.demo.other_carts import HEARD, POLLED, sell_in_other_carts
from local.demo.payloads import DemoOrder, Json
from local.demo.proof import prove_the_day
from local.demo.shop import Answer, DemoShop
from local.demo.tenant import OUTLET, SHOP, WEBHOOK_SECRET
from local.stack import LocalStack
from shared.facts.record import FactsStatus
from shared.postings.plan import PostingKind, Reason
from shared.reviews.records import ReviewStatus

_COLUMNS = ("document", "Sage key", "number", "amount $", "seconds", "ledger")
_RETURNED_NET = "22.50"
_RETURNED_TAX = "2.00"


@dataclass(slots=True)
class Stage:
    """Everybody and everything the story needs."""

    console: Console
    api_url: str
    memory: Memory
    books: SimulatedBooks
    shop: DemoShop
    outlet: DemoShop
    shops: CartShops
    checks: Checks = field(default_factory=Checks)
    shown: set[str] = field(default_factory=set)
    transactions: list[show.Row] = field(default_factory=list)

    def close(self) -> None:
        """Close all connections."""
        for part in (self.books, self.shop, self.outlet):
            part.close()


def tell(stack: LocalStack, console: Console, shops: CartShops) -> Checks:
    """Play the whole story on the running stack; what it claimed, true or not.

    Raises:
        NotInTimeError: something that must happen did not; the message says where to look.
    """
    stage = Stage(
        console=console,
        api_url=stack.api_url,
        memory=Memory(stack),
        books=SimulatedBooks(stack.simulator.rest_base_url),
        shop=DemoShop(
            stack.api_url, store=SHOP, domain=payloads.SHOP_DOMAIN, secret=WEBHOOK_SECRET
        ),
        outlet=DemoShop(
            stack.api_url, store=OUTLET, domain=payloads.OUTLET_DOMAIN, secret=WEBHOOK_SECRET
        ),
        shops=shops,
    )
    try:
        for chapter in (
            stranger,
            sale,
            shipment,
            duplicate,
            forgery,
            breach,
            returned,
            second_order,
            outlet_day,
            other_carts,
            unknown_article,
            levels,
            totals,
        ):
            chapter(stage)
        folder = prove_the_day(console, stack, stage.memory, stage.checks)
        console.print(f"The proof statements, to read and to print, lie in {folder}\n")
    finally:
        stage.close()
    return stage.checks


def stranger(stage: Stage) -> None:
    """A delivery for a store that nobody has: refused before any secret is looked up."""
    nobody = DemoShop(stage.api_url, store="nobody", domain="", secret=WEBHOOK_SECRET)
    answer = nobody.deliver(
        payloads.order_body(payloads.ORDER_A), topic="orders/paid", event_id="stranger"
    )
    nobody.close()
    stage.checks.equal("a delivery for an unknown store is refused", answer.status, 404)


def sale(stage: Stage) -> None:
    """Order A is paid: a sales order, and an advance, since nothing has shipped."""
    _lived(
        stage,
        f"Order {payloads.ORDER_A.name} is paid (orders/paid, signed)",
        payloads.ORDER_A,
        ("orders/paid", payloads.order_body(payloads.ORDER_A)),
        lambda journey: bool(journey.done(PostingKind.ADVANCE)),
    )


def shipment(stage: Stage) -> None:
    """It ships: the order is converted to an invoice, and the advance is applied."""
    _lived(
        stage,
        f"Order {payloads.ORDER_A.name} ships (fulfillments/create)",
        payloads.ORDER_A,
        ("fulfillments/create", payloads.fulfillment_body(payloads.ORDER_A)),
        lambda journey: bool(journey.done(PostingKind.ADVANCE_APPLICATION)),
    )


def duplicate(stage: Stage) -> None:
    """Shopify sends the paid order once more: absorbed."""
    before = len(stage.books.documents())
    archived = stage.memory.archived()
    answer = stage.shop.deliver(
        payloads.order_body(payloads.ORDER_A),
        topic="orders/paid",
        event_id=_event(payloads.ORDER_A, "orders/paid"),
    )
    status = json.loads(answer.text).get("status")
    stage.checks.equal("a duplicate delivery is answered and absorbed", status, "duplicate")
    stage.checks.equal("... and adds no document", len(stage.books.documents()), before)
    stage.checks.equal("... and nothing to the archive", stage.memory.archived(), archived)
    rows = [("same delivery again", str(answer.status), answer.text, f"{answer.seconds:.3f}")]
    show.table(stage.console, "A duplicate", ("what", "answer", "body", "seconds"), rows)


def forgery(stage: Stage) -> None:
    """Somebody who does not know the secret sends an order: refused, nothing stored."""
    archived = stage.memory.archived()
    forged = payloads.ORDER_BROKEN
    answer = stage.shop.deliver(
        payloads.order_body(forged),
        topic="orders/paid",
        event_id="forged",
        secret=WEBHOOK_SECRET[::-1],
    )
    stage.checks.equal("a bad signature is refused", answer.status, 401)
    stage.checks.equal("... and leaves nothing behind", stage.memory.archived(), archived)
    unknown = stage.memory.journey(SHOP, forged.id).facts is None
    stage.checks.true("... and no order", unknown)
    rows = [("signed with another secret", str(answer.status), f"{answer.seconds:.3f}")]
    show.table(stage.console, "A forgery", ("what", "answer", "seconds"), rows)


def breach(stage: Stage) -> None:
    """An order whose own figures do not add up: held, with the difference, nothing posted."""
    broken = payloads.ORDER_BROKEN
    _deliver(stage.shop, stage, broken, payloads.order_body(broken), "orders/paid")
    stage.memory.wait(
        f"order {broken.name} is held",
        lambda: _status(stage, SHOP, broken) is FactsStatus.HELD,
    )
    reviews = [
        review
        for review in stage.memory.reviews()
        if str(broken.id) in review.subject and review.status is ReviewStatus.OPEN
    ]
    findings = [finding for review in reviews for finding in review.findings]
    rows = [
        (
            finding.reason.value,
            finding.place,
            finding.message,
            finding.difference.plain() if finding.difference else "",
        )
        for finding in findings
    ]
    columns = ("reason", "place", "what", "difference $")
    show.table(stage.console, f"Order {broken.name} is held for review", columns, rows)
    differences = {
        abs(finding.difference.amount)
        for finding in findings
        if finding.reason is Reason.UNBALANCED and finding.difference
    }
    claim = "an order that does not add up is held with its difference"
    stage.checks.equal(claim, differences, {Decimal("0.01")})
    postings = stage.memory.journey(SHOP, broken.id).postings
    stage.checks.equal("... and nothing of it is posted", len(postings), 0)


def returned(stage: Stage) -> None:
    """One tee comes back: a credit memo from the lines, a refund from the money that moved."""
    order = payloads.ORDER_A
    body = payloads.refund_body(order, subtotal=_RETURNED_NET, tax=_RETURNED_TAX)
    _lived(
        stage,
        f"One tee of {order.name} comes back (refunds/create)",
        order,
        ("refunds/create", body),
        lambda journey: bool(journey.done(PostingKind.CUSTOMER_REFUND)),
    )
    journey = stage.memory.journey(SHOP, order.id)
    (memo,) = journey.done(PostingKind.CREDIT_MEMO)
    stage.checks.equal(
        "the credit memo equals the cart's refund", _total(stage, memo.document_number), "24.50"
    )


def second_order(stage: Stage) -> None:
    """Another customer's order arrives as created and pending, then paid, then shipped."""
    order = payloads.ORDER_B
    created = payloads.order_body(order, paid=False)
    _deliver(stage.shop, stage, order, created, "orders/create")
    paid = payloads.order_body(order, updated_at="2026-03-02T10:16:00-05:00")
    _deliver(stage.shop, stage, order, payloads.fulfillment_body(order), "fulfillments/create")
    _lived(
        stage,
        f"Order {order.name}: created, shipped, paid, in the wrong order",
        order,
        ("orders/paid", paid),
        lambda journey: bool(
            journey.done(PostingKind.PAYMENT) or journey.done(PostingKind.ADVANCE_APPLICATION)
        ),
    )


def outlet_day(stage: Stage) -> None:
    """The outlet's second of March: two sales and a return, one journal."""
    close_the_day(stage.console, stage.memory, stage.books, stage.outlet, stage.checks)


def other_carts(stage: Stage) -> None:
    """A WooCommerce site that is heard, and a Magento shop that is only polled."""
    sell_in_other_carts(
        stage.console,
        stage.api_url,
        stage.memory,
        stage.books,
        shops=stage.shops,
        checks=stage.checks,
    )


def unknown_article(stage: Stage) -> None:
    """The WooCommerce site sells what Sage has no item for: two orders wait, and go on."""
    shop = stage.shops.shops[HEARD]
    sell_an_unknown_article(stage.console, stage.memory, stage.books, shop, stage.checks)


def levels(stage: Stage) -> None:
    """Stock travels both ways, by the owner of each warehouse."""
    shops = stage.shops.shops[HEARD], stage.shops.shops[POLLED]
    carry_levels(stage.console, stage.memory, stage.books, shops, stage.checks)


def totals(stage: Stage) -> None:
    """Cart equals books, debits equal credits, and what it cost in Sage transactions."""
    rows: list[show.Row] = []
    for order in (payloads.ORDER_A, payloads.ORDER_B):
        journey = stage.memory.journey(SHOP, order.id)
        (invoice,) = journey.done(PostingKind.INVOICE)
        booked = _total(stage, invoice.document_number)
        stage.checks.equal(f"order {order.name}: cart total = books total", booked, order.total)
        rows.append((order.name, order.total, booked, invoice.document_number))
    show.table(stage.console, "Cart and books", ("order", "cart $", "books $", "number"), rows)
    balance = stage.books.trial_balance()
    debits, credits_ = stage.books.totals()
    columns = ("account", "title", "debit $", "credit $")
    rows = show.balance_rows(balance, (debits, credits_))
    show.table(stage.console, "Trial balance", columns, rows)
    stage.checks.equal("debits = credits", debits, credits_)
    stage.checks.true("something is in the books", bool(debits))
    stage.checks.equal("no customer owes anything", stage.books.balance("1200"), Decimal(0))
    used = "Sage API transactions used"
    show.table(stage.console, used, ("what", "calls"), stage.transactions)


def _lived(
    stage: Stage,
    title: str,
    order: DemoOrder,
    delivered: tuple[str, Json],
    is_done: Callable[[Journey], bool],
) -> None:
    """Deliver a topic and body, wait for the end, show the documents and what they cost."""
    topic, body = delivered
    before = stage.books.transactions()
    sent_at = datetime.now(UTC)
    answer = _deliver(stage.shop, stage, order, body, topic)
    stage.memory.wait(title, lambda: is_done(stage.memory.journey(SHOP, order.id)))
    stage.memory.wait(
        f"nothing is left to do for {order.name}", lambda: _is_settled(stage, SHOP, order)
    )
    journey = stage.memory.journey(SHOP, order.id)
    rows: list[show.Row] = [
        ("webhook answered", "", str(answer.status), "", f"{answer.seconds:.2f}", "")
    ]
    facts = journey.facts
    if facts and facts.customer and facts.customer not in stage.shown:
        stage.shown.add(facts.customer)
        rows.append(("customer", "", facts.customer, "", "", "DONE"))
    rows += show.journey_rows(journey, sent_at, stage.shown, stage.books.by_our_number())
    show.table(stage.console, title, _COLUMNS, rows)
    stage.transactions.append((title, str(stage.books.transactions() - before)))


def _deliver(shop: DemoShop, stage: Stage, order: DemoOrder, body: Json, topic: str) -> Answer:
    answer = shop.deliver(body, topic=topic, event_id=_event(order, topic))
    stage.checks.true(
        f"{topic} of {order.name} is taken within Shopify's limit",
        answer.is_in_time,
        f"{answer.status} after {answer.seconds:.2f} s",
    )
    return answer


def _event(order: DemoOrder, topic: str) -> str:
    return f"{order.id}-{topic.replace('/', '-')}"


def _status(stage: Stage, store: str, order: DemoOrder) -> FactsStatus | None:
    facts = stage.memory.journey(store, order.id).facts
    return facts.status if facts else None


def _is_settled(stage: Stage, store: str, order: DemoOrder) -> bool:
    facts = stage.memory.journey(store, order.id).facts
    return facts is not None and facts.due_at is None


def _total(stage: Stage, number: str) -> str:
    """The total of the document that carries our number, as the books have it."""
    booked = stage.books.by_our_number().get(number)
    return f"{abs(Decimal(booked['total'])):.2f}" if booked else "not in the books"
