"""Makes sure of one article's item in Sage Intacct: linked, found, created, brought up to date.

An item's id is its primary key in Sage: whoever creates it twice is refused, so that a lost answer
is settled by asking for the id, whenever. Articles that are kept together are looked for and made
in few requests (`shared.items.asking`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from commerce.catalogue import Product
from intacct.changes import UpdateMaster
from intacct.errors import DuplicateDocumentError, OutcomeUnknownError, RejectedError
from intacct.item_search import ItemBy, KnownItem
from intacct.masters import ItemType, KitPart
from shared.items.asking import (
    MOST_TOGETHER,
    TOP_LEVEL,
    FindsItems,
    Steps,
    WritesItems,
    look,
    make,
    together,
)
from shared.items.cases import (
    Case,
    is_edited_for_good,
    is_mapped,
    is_woken_by_us,
    marks_of,
    refusal,
    search_of,
    waves,
    why_not_created,
)
from shared.items.documents import COMPONENTS, digests, item_id
from shared.items.fields import (
    UNTOLD,
    agrees,
    at_rest,
    edited_in_cart,
    is_contested,
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
    no_kit,
    not_allowed,
    other_parts,
    other_unit,
)
from shared.items.links import Condition, ItemLink, ItemLinks, Origin
from shared.ownership.table import Kind, Side
from shared.polling.windows import OutOfTimeError
from shared.ports import Clock
from shared.postings.articles import article_of
from shared.postings.findings import Finding
from shared.postings.keys import control_id
from shared.tenants.models import Store, Tenant

NO_KITS: Mapping[str, tuple[KitPart, ...]] = {}
"""Where no article is a kit."""


_KITS = frozenset({ItemType.KIT.value, ItemType.STOCKABLE_KIT.value.lower()})
"""The types of items that have parts, as `KnownItem.type` tells them."""


class KeptAs(StrEnum):
    """What became of an article; each is a metric.

    MAPPED: a rule of the mapping names its item. UNCHANGED: linked, and as the cart has it.
    MATCHED, CREATED, UPDATED: what was done. DIVIDED: a bundle that is booked as its parts, all of
    which have an item. HELD: a person must look.
    """

    MAPPED = "mapped"
    UNCHANGED = "unchanged"
    MATCHED = "matched"
    CREATED = "created"
    UPDATED = "updated"
    DIVIDED = "divided"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Kept:
    """How an article stands: its link where it has one, and what a person must see to."""

    outcome: KeptAs
    link: ItemLink | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def sells(self) -> bool:
        """Whether documents can name what sells the article."""
        return self.outcome is KeptAs.DIVIDED or (self.link is not None and self.link.sells)


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
        (kept,) = self.keep_many(tenant, store, [(product, link)])
        if isinstance(kept, Exception):
            raise kept
        return kept

    def keep_many(
        self,
        tenant: Tenant,
        store: Store,
        articles: Sequence[tuple[Product, ItemLink | None]],
        *,
        is_late: Callable[[], bool] = lambda: False,
        kits: Mapping[str, tuple[KitPart, ...]] = NO_KITS,
    ) -> list[Kept | Exception]:
        """Make sure of the items of many articles, in few requests: what came of each, in order.

        Those that `kits` names are kits of these parts, whose items are there.
        An exception is one that `keep` raises, and is that article's alone; all others were kept.
        Once it `is_late` no further article is begun; those are an `OutOfTimeError` each.
        """
        names = [article_of(product.sku, product.ref.id) for product, _ in articles]
        cases = [
            Case(tenant, store, product, name, kits.get(name, ()))
            for name, (product, _) in zip(names, articles, strict=True)
        ]
        kept: dict[int, Kept | Exception] = {}
        for places in waves([marks_of(product, link) for product, link in articles]):
            if kept and is_late():
                kept |= dict.fromkeys(places, OutOfTimeError())
                continue
            told = together(
                [self._kept(cases[place], articles[place][1]) for place in places],
                lambda: self._parts.reads_of(tenant, TOP_LEVEL),
                lambda: self._parts.records_of(tenant, TOP_LEVEL),
                at_once=MOST_TOGETHER if tenant.intacct.batch else 1,
                is_late=is_late,
            )
            kept |= zip(places, told, strict=True)
        return [kept[place] for place in range(len(articles))]

    def _kept(self, case: Case, link: ItemLink | None) -> Steps[Kept]:
        store, product = case.store, case.product
        if link is None:
            if is_mapped(store, product.sku):
                return Kept(KeptAs.MAPPED)
            return (yield from self._first(case))
        if link.condition is Condition.UNMADE:
            return (yield from self._made(case, link))
        known = self._recognised(case, link)
        kept = yield from self._followed(case, known)
        if kept.findings or not is_edited_for_good(case, known):
            return kept
        return replace(kept, findings=(contested(store.id, case.article, Side.CART),))

    def _recognised(self, case: Case, link: ItemLink) -> ItemLink:
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

    def _first(self, case: Case) -> Steps[Kept]:
        """An article that nothing is known of: found in Sage, or to be created there."""
        ownership, article = case.tenant.ownership, case.article
        linking = ownership.may_link(Kind.ITEM, Side.SAGE)
        if not linking.is_allowed:
            return _held(not_allowed(case.store.id, article, linking))
        found, by = yield from self._found(case)
        if len(found) > 1:
            return _held(ambiguous(case.store.id, article, [known.id for known in found]))
        if found:
            return (yield from self._matched(case, found[0], by))
        finding = why_not_created(case)
        if finding is not None:
            return _held(finding)
        link = replace(
            case.link(item_id(case.product.sku.strip()), self._parts.clock()),
            origin=Origin.CREATED,
            condition=Condition.UNMADE,
        )
        return (yield from self._made(case, self._parts.links.put_new(link)))

    def _found(self, case: Case) -> Steps[tuple[list[KnownItem], str]]:
        """The items that the first fruitful search finds, and by what."""
        for match in case.store.items.match:
            by, values = search_of(match, case.product)
            same = (yield from look(by, values)) if values else []
            if same:
                return [known for known in same if known.is_active] or same, match.value
        return [], ""

    def _matched(self, case: Case, known: KnownItem, by: str) -> Steps[Kept]:
        if case.parts and known.type not in _KITS:
            return _held(no_kit(case.store.id, case.article, known.id))
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
            followed = yield from self._followed(case, stands)
            return followed if followed.findings else replace(followed, outcome=KeptAs.MATCHED)
        finding = gone(case.store.id, case.article, f"item {known.id} is inactive")
        return Kept(KeptAs.HELD, stands, (finding,))

    def _made(self, case: Case, link: ItemLink) -> Steps[Kept]:
        """The item of a link that is ours to create: created now, or found to be there."""
        item = case.item(link)
        mark = control_id(f"{case.tenant.id}/item/{link.item}/{link.version}")
        try:
            made = yield from make(item, mark)
        except (DuplicateDocumentError, OutcomeUnknownError) as error:
            return (yield from self._settled(case, link, error))
        except RejectedError as error:
            return self._unmade(case, link, error)
        good = replace(link, condition=Condition.GOOD, key=made.key, sent=digests(item))
        return Kept(KeptAs.CREATED, self._parts.links.save(good))

    def _settled(
        self, case: Case, link: ItemLink, error: DuplicateDocumentError | OutcomeUnknownError
    ) -> Steps[Kept]:
        """A creation that was not answered, or found the id taken: Sage says what is there."""
        is_ours = isinstance(error, OutcomeUnknownError)
        known = yield from _by_id(link.item)
        if known is None and isinstance(error, DuplicateDocumentError):
            # Sage holds ids alike that we tell apart, or does not show whose it is.
            return self._unmade(case, link, error)
        if known is None:
            self._parts.links.save(link)
            raise error
        sent = digests(case.item(link)) if is_ours else {}
        good = replace(link, condition=Condition.GOOD, key=known.key, sent=sent)
        outcome = KeptAs.CREATED if is_ours else KeptAs.MATCHED
        return Kept(outcome, self._parts.links.save(good))

    def _unmade(self, case: Case, link: ItemLink, error: RejectedError) -> Kept:
        """A creation that was refused; the link's new version gives the next try another mark.

        Sage would repeat its answer under the old one for two days (REST reference §7.8).
        """
        return Kept(KeptAs.HELD, self._parts.links.save(link), (refusal(case, error),))

    def _followed(self, case: Case, link: ItemLink) -> Steps[Kept]:
        """A linked article: what the cart owns of it follows the cart."""
        unit = case.product.unit
        if link.unit and unit and link.unit != unit:
            return Kept(KeptAs.HELD, link, (other_unit(case.store.id, link, unit),))
        if not link.sells and not is_woken_by_us(case, link):
            text = f"item {link.item} is {link.condition.value} in Sage Intacct"
            return Kept(KeptAs.HELD, link, (gone(case.store.id, case.article, text),))
        told = digests(case.item(link))
        if case.parts and link.sent.get(COMPONENTS, told[COMPONENTS]) != told[COMPONENTS]:
            return Kept(KeptAs.HELD, link, (other_parts(case.store.id, link),))
        changed = frozenset(
            name
            for name in writable(case.tenant.ownership)
            if name in told and told[name] not in (link.sent.get(name), link.written.get(name))
        )
        if changed and case.store.items.updates:
            return (yield from self._updated(case, link, changed))
        untold = [name for name, sent in link.sent.items() if not sent and name not in told]
        if untold:
            sent = {**link.sent, **dict.fromkeys(untold, UNTOLD)}
            link = self._parts.links.save(replace(link, sent=sent))
        return Kept(KeptAs.UNCHANGED, link)

    def _updated(self, case: Case, link: ItemLink, changed: frozenset[str]) -> Steps[Kept]:
        item = case.item(link)
        told = digests(item)
        known = (yield from _by_id(link.item)) if not link.key else None
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
            return Kept(KeptAs.HELD, again, (refusal(case, error),))
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


def _by_id(item: str) -> Steps[KnownItem | None]:
    return next(iter((yield from look(ItemBy.ID, (item,)))), None)


def _held(finding: Finding) -> Kept:
    return Kept(KeptAs.HELD, None, (finding,))
