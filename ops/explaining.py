"""Builds what explains and replays at a desk: stores, books of every version, the archive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from botocore.exceptions import ClientError

from carts.adapter import Headers
from ops.desk import Desk
from ops.lookups import days_of_order
from ops.order_books import chooser, days_of
from shared.explain.documents import NoBookError
from shared.explain.explainer import Explainer, ExplainerParts
from shared.facts.record import FactsRecord, order_of
from shared.intake.archive import RawMissingError
from shared.ledger.records import Record
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.settling import OrderMoney
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.postings.planner import plan
from shared.replaying.history import RawDocument
from shared.tenants.models import Tenant
from shared.tenants.pinned import pinned
from shared.tenants.versions import TenantVersions, UnknownVersionError, number_of

_MISSING = ("404", "NoSuchKey", "NotFound")


class ArchivedDocuments:
    """The bucket of raw events, read a document at a time."""

    def __init__(self, desk: Desk) -> None:
        """Read from the desk's deployment."""
        self._s3 = desk.place.client("s3")
        self._bucket = desk.place.output("RawEventsBucketName")

    def read(self, key: str) -> RawDocument:
        """The document of that key.

        Raises:
            RawMissingError: there is none.
        """
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=key)
        except ClientError as exc:
            if exc.response.get("Error", {}).get("Code") in _MISSING:
                message = "the archived delivery is not there"
                raise RawMissingError(message) from exc
            raise
        headers = Headers(answer.get("Metadata", {}))
        return RawDocument(answer["Body"].read(), headers, answer["LastModified"])


class DeskBooks:
    """The books of orders and stores in every version of their tenant's document."""

    def __init__(self, desk: Desk) -> None:
        """Read tenants and versions from the desk's deployment."""
        self._desk = desk
        table = desk.place.output("TenantsTableName")
        self._versions = TenantVersions(desk.place.client("dynamodb"), table)
        self._books = chooser(desk, self._under)

    def of_order(self, record: FactsRecord, chain: Mapping[str, Record]) -> StoreBook:
        """The book that an order is posted under.

        Raises:
            NoBookError: its version or its store is not there.
        """
        tenant = self._desk.tenant(order_of(record.pk)[0])
        choice = self._books.choose(tenant, record, chain)
        if choice.book is None:
            raise NoBookError(choice.findings[0].message)
        return choice.book

    def of_version(self, tenant_id: str, store: str, number: int) -> StoreBook:
        """The book of a store as a version of the tenant's document has it, and nothing else.

        Raises:
            NoBookError: there is no such version, or no such store in it.
        """
        now = self._desk.tenant(tenant_id)
        try:
            then = now if number == number_of(now) else self._versions.load(tenant_id, number)
        except UnknownVersionError as error:
            raise NoBookError(str(error)) from None
        book = store_book(then, store)
        if book is None:
            message = f"version {number} of tenant {tenant_id} has no store {store}"
            raise NoBookError(message)
        return book

    def of_store(self, tenant_id: str, store: str) -> Iterator[StoreBook]:
        """The books of a store in every version, the newest first."""
        now = number_of(self._desk.tenant(tenant_id))
        numbers = {now, *(version.number for version in self._versions.history(tenant_id))}
        for number in sorted(numbers, reverse=True):
            try:
                yield self.of_version(tenant_id, store, number)
            except NoBookError:
                continue

    def money_of(self, tenant_id: str, store: str, order_id: str) -> OrderMoney | None:
        """What an order of a thrifty channel says of its money; None where it is not known."""
        reader = OrderMoneyReader(self._desk.facts, self._desk.ledger, self._books, plan)
        known = reader.read(self._desk.tenant(tenant_id), store, order_id)
        return known.money if known else None

    def _under(self, tenant_id: str, number: int) -> Tenant:
        return pinned(self._versions.load(tenant_id, number), self._desk.tenant(tenant_id))


def explainer(desk: Desk) -> Explainer:
    """What explains postings of the desk's deployment."""
    books = DeskBooks(desk)

    def books_of(tenant: str, store: str) -> Iterable[StoreBook]:
        return books.of_store(tenant, store)

    return Explainer(
        ExplainerParts(
            facts=desk.facts,
            ledger=desk.ledger,
            days=days_of(desk),
            payouts=desk.payouts,
            archive=ArchivedDocuments(desk),
            book_of=books.of_order,
            books_of=books_of,
            days_of=lambda order_pk: days_of_order(desk, order_pk),
            money_of=books.money_of,
        )
    )
