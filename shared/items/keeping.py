"""Makes sure of one article's item in Sage Intacct: linked, found, created, brought up to date.

An item's id is its primary key in Sage: whoever creates it twice is refused, so that a lost answer
is settled by asking for the id, whenever.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from commerce.catalogue import Product
from intacct.changes import Change, UpdateMaster
from intacct.documents import DocumentResult
from intacct.errors import DuplicateDocumentError, OutcomeUnknownError, RejectedError
from intacct.item_search import ItemBy, ItemSearch, KnownItem
from intacct.masters import Item
from intacct.records import Record
from shared.items.documents import digests, item_id, item_of
from shared.items.fields import (
    UNTOLD,
    agrees,
    at_rest,
    base_currency,
    edited_in_cart,
    is_contested,
    is_followed,
    shown_in_sage,
    to_send_again,
    to_write_again,
    tugged,
    without,
    writable,
)
from shared.items.findings import (
    ambiguous,
    contested,
    gone,
    not_allowed,
    other_unit,
    refused,
    without_sku,
)
from shared.items.links import Condition, ItemLink, ItemLinks, Origin
from shared.ownership.table import Kind, NotOursError, Side
from shared.policy.items import ItemMatch, UnknownSku
from shared.ports import Clock
from shared.postings.articles import article_of
from shared.postings.findings import Finding
from shared.postings.keys import control_id
from shared.tenants.models import Store, Tenant

TOP_LEVEL = ""
"""Items belong to the whole company: every entity sells them."""


class FindsItems(Protocol):
    """The part of `intacct.read_router.IntacctReads` that finds items."""

    def items(self, search: ItemSearch) -> Sequence[KnownItem]:
        """The items whose field has one of the values."""
        ...


class WritesItems(Protocol):
    """The part of `intacct.record_router.IntacctRecords` that makes and changes items."""

    def create(self, record: Record, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Create one record."""
        ...

    def change(self, change: Change, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Change what is there."""
        ...


class KeptAs(StrEnum):
    """What became of an article; each is a metric.

    MAPPED: a rule of the mapping names its item. UNCHANGED: linked, and as the cart has it.
    MATCHED, CREATED, UPDATED: what was done. HELD: a person must look.
    """

    MAPPED = "mapped"
    UNCHANGED = "unchanged"
    MATCHED = "matched"
    CREATED = "created"
    UPDATED = "updated"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Kept:
    """How an article stands: its link where it has one, and what a person must see to."""

    outcome: KeptAs
    link: ItemLink | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class KeeperParts:
    """What keeping needs; reads and records are of the company's top level."""

    links: ItemLinks
    reads_of: Callable[[Tenant, str], FindsItems]
    records_of: Callable[[Tenant, str], WritesItems]
    clock: Clock


class ItemKeeper:
    """Keeps articles' items, of any tenant."""

    def __init__(self, parts: KeeperParts) -> None:
        """`parts` are shared by all articles."""
        self._parts = parts

    def keep(self, tenant: Tenant, store: Store, product: Product, link: ItemLink | None) -> Kept:
        """Make sure of the product's item, as far as policy and ownership let us.

        `link` is the article's as it was just loaded, None where it has none.

        Raises:
            IntacctError: Sage could not be asked or told now; keeping it again is safe.
            StaleLinkError: somebody else changed the link meanwhile; likewise.
            botocore.exceptions.ClientError: the link could not be stored.
        """
        case = _Case(tenant, store, product, article_of(product.sku, product.ref.id))
        if link is None:
            return Kept(KeptAs.MAPPED) if _is_mapped(store, product.sku) else self._first(case)
        if link.condition is Condition.UNMADE:
            return self._made(case, link)
        known = self._recognised(case, link)
        kept = self._followed(case, known)
        if kept.findings or not _is_edited_for_good(case, known):
            return kept
        return replace(kept, findings=(contested(store.id, case.article, Side.CART),))

    def _recognised(self, case: _Case, link: ItemLink) -> ItemLink:
        """The link as the cart shows its article: its ids there, and edits of what Sage owns.

        What was edited there is no more what was written, so that the next look writes it again.
        """
        product, ownership, newer = case.product, case.tenant.ownership, link
        if product.product_id and product.ref.id:
            newer = replace(newer, product_id=product.product_id, ref_id=product.ref.id)
        edited = edited_in_cart(link, product, ownership) if case.store.items.writes_back else ()
        if edited and not is_contested(link, Side.CART):
            newer = tugged(to_write_again(newer, edited), Side.CART)
        elif Side.CART.value in link.tugs and agrees(link, product, ownership):
            newer = at_rest(newer, Side.CART)
        return link if newer == link else self._parts.links.save(newer)

    def _first(self, case: _Case) -> Kept:
        """An article that nothing is known of: found in Sage, or to be created there."""
        ownership, article = case.tenant.ownership, case.article
        linking = ownership.may_link(Kind.ITEM, Side.SAGE)
        if not linking.is_allowed:
            return _held(not_allowed(case.store.id, article, linking))
        found, by = self._found(case)
        if len(found) > 1:
            return _held(ambiguous(case.store.id, article, [known.id for known in found]))
        if found:
            return self._matched(case, found[0], by)
        finding = _why_not_created(case)
        if finding is not None:
            return _held(finding)
        link = replace(
            case.link(item_id(case.product.sku.strip()), self._parts.clock()),
            origin=Origin.CREATED,
            condition=Condition.UNMADE,
        )
        return self._made(case, self._parts.links.put_new(link))

    def _found(self, case: _Case) -> tuple[list[KnownItem], str]:
        """The items that the first fruitful search finds, compared exactly, and by what."""
        reads = self._parts.reads_of(case.tenant, TOP_LEVEL)
        for match in case.store.items.match:
            by, values = _search(match, case.product)
            told = reads.items(ItemSearch(by, values)) if values else []
            same = [
                known
                for known in told
                if (known.id if by is ItemBy.ID else known.barcode) in values
            ]
            if same:
                return [known for known in same if known.is_active] or same, match.value
        return [], ""

    def _matched(self, case: _Case, known: KnownItem, by: str) -> Kept:
        shown = shown_in_sage(known, case.currency)
        link = replace(
            case.link(known.id, self._parts.clock()),
            condition=Condition.GOOD if known.is_active else Condition.INACTIVE,
            key=known.key,
            matched_by=by,
        )
        if known.is_active:
            told, names = digests(case.item(link)), writable(case.tenant.ownership)
            link = replace(
                link,
                sent={
                    n: told[n] for n in names & told.keys() & shown.keys() if told[n] == shown[n]
                },
            )
        stands = self._parts.links.put_new(link)
        if stands.sells:
            followed = self._followed(case, stands)
            return followed if followed.findings else replace(followed, outcome=KeptAs.MATCHED)
        finding = gone(case.store.id, case.article, f"item {known.id} is inactive")
        return Kept(KeptAs.HELD, stands, (finding,))

    def _made(self, case: _Case, link: ItemLink) -> Kept:
        """The item of a link that is ours to create: created now, or found to be there."""
        item = case.item(link)
        mark = control_id(f"{case.tenant.id}/item/{link.item}")
        try:
            made = self._parts.records_of(case.tenant, TOP_LEVEL).create(
                item, control_id=mark, idempotency_key=mark
            )
        except (DuplicateDocumentError, OutcomeUnknownError) as error:
            known = self._by_id(case.tenant, link.item)
            if known is None:
                raise
            is_ours = isinstance(error, OutcomeUnknownError)
            sent = digests(item) if is_ours else {}
            good = replace(link, condition=Condition.GOOD, key=known.key, sent=sent)
            outcome = KeptAs.CREATED if is_ours else KeptAs.MATCHED
            return Kept(outcome, self._parts.links.save(good))
        except RejectedError as error:
            return Kept(KeptAs.HELD, link, (_refusal(case, error),))
        good = replace(link, condition=Condition.GOOD, key=made.key, sent=digests(item))
        return Kept(KeptAs.CREATED, self._parts.links.save(good))

    def _by_id(self, tenant: Tenant, item: str) -> KnownItem | None:
        told = self._parts.reads_of(tenant, TOP_LEVEL).items(ItemSearch(ItemBy.ID, (item,)))
        return next((known for known in told if known.id == item), None)

    def _followed(self, case: _Case, link: ItemLink) -> Kept:
        """A linked article: what the cart owns of it follows the cart."""
        unit = case.product.unit
        if link.unit and unit and link.unit != unit:
            return Kept(KeptAs.HELD, link, (other_unit(case.store.id, link, unit),))
        if not link.sells and not _is_woken_by_us(case, link):
            text = f"item {link.item} is {link.condition.value} in Sage Intacct"
            return Kept(KeptAs.HELD, link, (gone(case.store.id, case.article, text),))
        told = digests(case.item(link))
        changed = frozenset(
            name
            for name in writable(case.tenant.ownership)
            if name in told and told[name] not in (link.sent.get(name), link.written.get(name))
        )
        if changed and case.store.items.updates:
            return self._updated(case, link, changed)
        untold = [name for name, sent in link.sent.items() if not sent and name not in told]
        if untold:
            sent = {**link.sent, **dict.fromkeys(untold, UNTOLD)}
            link = self._parts.links.save(replace(link, sent=sent))
        return Kept(KeptAs.UNCHANGED, link)

    def _updated(self, case: _Case, link: ItemLink, changed: frozenset[str]) -> Kept:
        item = case.item(link)
        told = digests(item)
        known = self._by_id(case.tenant, link.item) if not link.key else None
        key = known.key if known else link.key
        if not key:
            lost = self._parts.links.save(replace(link, condition=Condition.DELETED))
            text = f"item {link.item} is not in Sage Intacct any more"
            return Kept(KeptAs.HELD, lost, (gone(case.store.id, case.article, text),))
        values = ".".join(f"{name}={told[name]}" for name in sorted(changed))
        mark = control_id(f"{case.tenant.id}/item/{link.item}/{link.version}/{values}")
        try:
            self._parts.records_of(case.tenant, TOP_LEVEL).change(
                UpdateMaster(key, item, changed), control_id=mark, idempotency_key=mark
            )
        except RejectedError as error:
            again = self._parts.links.save(to_send_again(link, changed))
            return Kept(KeptAs.HELD, again, (_refusal(case, error),))
        except OutcomeUnknownError:
            self._parts.links.save(to_send_again(link, changed))
            raise
        sent = {**link.sent, **{name: told[name] for name in changed}}
        newer = replace(
            link,
            key=key,
            sent={name: digest or UNTOLD for name, digest in sent.items()},
            written=without(link.written, changed),
        )
        if "is_active" in changed:
            condition = Condition.GOOD if item.is_active else Condition.INACTIVE
            newer = replace(newer, condition=condition)
        return Kept(KeptAs.UPDATED, self._parts.links.save(newer))


@dataclass(frozen=True, slots=True)
class _Case:
    """One article on its way to its item."""

    tenant: Tenant
    store: Store
    product: Product
    article: str

    def link(self, item: str, at: datetime) -> ItemLink:
        """A first link to that item."""
        return ItemLink(
            tenant=self.tenant.id,
            store=self.store.id,
            article=self.article,
            item=item,
            origin=Origin.MATCHED,
            condition=Condition.GOOD,
            linked_at=at,
            product_id=self.product.product_id,
            ref_id=self.product.ref.id,
            unit=self.product.unit,
        )

    @property
    def currency(self) -> str:
        """The one in which Sage keeps prices and costs."""
        return base_currency(self.tenant, self.store)

    def item(self, link: ItemLink) -> Item:
        """The item as the cart tells it."""
        return item_of(self.product, self.store.items, link.item, base_currency=self.currency)


def _why_not_created(case: _Case) -> Finding | None:
    """Why no item is made for an article that none is found for; None where one is."""
    store, article = case.store, case.article
    if store.items.unknown_sku is not UnknownSku.CREATE:
        return gone(store.id, article, "no item of Sage Intacct has its SKU or barcode")
    if not case.product.sku.strip():
        return without_sku(store.id, article)
    decision = case.tenant.ownership.may_create(Kind.ITEM, Side.SAGE)
    return None if decision.is_allowed else not_allowed(store.id, article, decision)


def _search(match: ItemMatch, product: Product) -> tuple[ItemBy, tuple[str, ...]]:
    """What is looked for; the id that we would make for a SKU is as good as the SKU."""
    sku = product.sku.strip()
    if match is ItemMatch.BARCODE:
        return ItemBy.BARCODE, (product.barcode,) if product.barcode else ()
    return ItemBy.ID, tuple(dict.fromkeys((sku, item_id(sku)))) if sku else ()


def _refusal(case: _Case, error: RejectedError) -> Finding:
    if isinstance(error, NotOursError):
        return not_allowed(case.store.id, case.article, error.decision)
    return refused(case.store.id, case.article, error)


def _is_woken_by_us(case: _Case, link: ItemLink) -> bool:
    """Whether an inactive item is active again when the cart says so, which has said it before."""
    return case.store.items.updates and is_followed(link, case.tenant.ownership)


def _is_edited_for_good(case: _Case, link: ItemLink) -> bool:
    """Whether the cart keeps showing something else than what Sage owns."""
    if not case.store.items.writes_back or not is_contested(link, Side.CART):
        return False
    return bool(edited_in_cart(link, case.product, case.tenant.ownership))


def _is_mapped(store: Store, sku: str) -> bool:
    """Whether a rule of the mapping names the item of that SKU."""
    wanted = sku.strip()
    rules = store.mapping.item_rules
    scoped = (rule for rule in store.mapping.line_rules if rule.scope.value == "sku" and rule.item)
    return any(rule.sku == wanted for rule in rules) or any(r.value == wanted for r in scoped)


def _held(finding: Finding) -> Kept:
    return Kept(KeptAs.HELD, None, (finding,))
