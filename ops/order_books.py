"""The book of an order as the posting function has it: of the version it was posted under."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ops.desk import Desk
from ops.errors import OpsError
from shared.bundles.register import OrderBundles
from shared.bundles.store import DynamoDbBundles
from shared.cards.store import CardBook, DynamoDbCards
from shared.costs.register import OrderCosts
from shared.costs.store import DynamoDbCosts
from shared.facts.record import FactsRecord, order_of
from shared.gl.store import DynamoDbDayBook
from shared.items.link_store import DynamoDbItemLinks
from shared.items.linked import LinkedItems
from shared.ledger.records import Record
from shared.posting.closed_period_store import DynamoDbClosings
from shared.posting.closings import Calendars
from shared.posting.versions import OrderBooks
from shared.postings.book import StoreBook
from shared.tenants.models import Tenant
from shared.tenants.pinned import pinned
from shared.undo.undo_order import Undoer


def order_book(desk: Desk, record: FactsRecord, chain: Mapping[str, Record]) -> StoreBook:
    """The book that the order is planned with, and what is known of closed periods.

    Raises:
        OpsError: its tenant, its store or its version is not there.
    """

    def under(tenant: str, number: int) -> Tenant:
        return pinned(desk.tenants.at(tenant, number), desk.tenant(tenant))

    tenant = desk.tenant(order_of(record.pk)[0])
    books = chooser(desk, under)
    choice = books.choose(tenant, record, chain)
    if choice.book is None:
        finding = choice.findings[0]
        message = f"{finding.place}: {finding.message}"
        raise OpsError(message)
    closings = DynamoDbClosings(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))
    # Nothing is learned here, so that no periods are ever read.
    return Calendars(closings, lambda *_: (), clock=desk.clock).dated(tenant, choice.book)


def chooser(desk: Desk, under: Callable[[str, int], Tenant]) -> OrderBooks:
    """What chooses books at the desk; `under` is a tenant as a version had it."""
    costs = OrderCosts(costs_of(desk))
    bundles = OrderBundles(bundles_of(desk))
    return OrderBooks(under, days_of(desk), linked_items(desk), card_book(desk), costs, bundles)


def card_book(desk: Desk) -> CardBook:
    """The gift cards that an order redeems; nothing is noted by looking."""
    return CardBook(cards_of(desk))


def cards_of(desk: Desk) -> DynamoDbCards:
    """The register of gift cards."""
    return DynamoDbCards(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))


def costs_of(desk: Desk) -> DynamoDbCosts:
    """The register of unit costs."""
    return DynamoDbCosts(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))


def bundles_of(desk: Desk) -> DynamoDbBundles:
    """The register of bundles."""
    return DynamoDbBundles(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))


def linked_items(desk: Desk) -> LinkedItems:
    """The items that articles of the deployment are linked to."""
    table = desk.place.output("OrdersTableName")
    return LinkedItems(DynamoDbItemLinks(desk.place.client("dynamodb"), table))


def undoer(desk: Desk) -> Undoer:
    """What plans undos at the desk; the posting function carries them out."""
    return Undoer(desk.facts, desk.ledger, days_of(desk), desk.clock, lambda: desk.audit.who)


def days_of(desk: Desk) -> DynamoDbDayBook:
    """The day books of the deployment."""
    return DynamoDbDayBook(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))
