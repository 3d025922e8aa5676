"""Notices what people did to linked items in Sage, and carries what Sage owns to the cart.

All linked items of a store are looked at a few times a day, five hundred a transaction. What is not
shown any more is taken for deleted only as far as that is plausible: a lost permission looks the
same (REST reference §14.2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from carts.catalogue import ProductChange, ProductWriter, WriteOutcome
from commerce.catalogue import Product, ProductKind
from commerce.money import Money
from intacct.deletions import ImplausibleDeletionsError, compare
from intacct.item_search import MOST_ITEMS, ItemBy, ItemSearch, KnownItem
from shared.items.asking import TOP_LEVEL, FindsItems
from shared.items.documents import digest
from shared.items.fields import (
    BACK,
    at_rest,
    base_currency,
    carried,
    edited_in_sage,
    is_contested,
    is_followed,
    is_of,
    to_send_again,
    without,
    writable,
)
from shared.items.findings import contested, not_taken
from shared.items.links import Condition, ItemLink, ItemLinks, StaleLinkError
from shared.ownership.table import Side
from shared.postings.findings import Finding
from shared.tenants.models import Store, Tenant

EVERY = timedelta(hours=6)
"""How often all linked items are looked at: 5,000 of them cost 1,200 transactions a month."""

_AT_ONCE = 50
"""As many articles as the cart is told of before the clock is looked at."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """What one look found: which articles can (not) be sold any more, and what was written.

    `edited` are those of which Sage shows otherwise what the cart owns, `renamed` those whose
    cart id another article has as well, `settled` those that are as they should be again.
    `is_implausible` when so many were not shown that nothing was concluded, not `is_whole` when
    time ran out before all was written.
    """

    lost: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    written: int = 0
    findings: Mapping[str, Finding] = field(default_factory=dict)
    edited: tuple[tuple[ItemLink, frozenset[str]], ...] = ()
    renamed: tuple[ItemLink, ...] = ()
    settled: tuple[str, ...] = ()
    is_implausible: bool = False
    is_whole: bool = True


class ItemWatch:
    """Looks at the linked items of a store."""

    def __init__(
        self,
        links: ItemLinks,
        reads_of: Callable[[Tenant, str], FindsItems],
    ) -> None:
        """`reads_of` gives what reads the books of a tenant and entity."""
        self._links = links
        self._reads_of = reads_of

    def look(
        self,
        tenant: Tenant,
        store: Store,
        product_of: Callable[[str], Sequence[Product]],
        writer: ProductWriter | None,
        *,
        is_late: Callable[[], bool] = lambda: False,
        only: Iterable[str] | None = None,
    ) -> Noticed:
        """Look at all linked items; write what Sage owns where it is not what was last written.

        Args:
            tenant: whose store it is.
            store: whose articles are looked at.
            product_of: the articles of a product as the cart has them now.
            writer: what writes to the cart; None where nothing is to be written.
            is_late: whether time runs out: what is not written yet is left to the next look.
            only: look at the items of these articles alone; of those that are not shown nothing
                is concluded.

        Raises:
            IntacctError: Sage could not be asked.
            CartApiError: the cart could not be asked.
            botocore.exceptions.ClientError: links could not be read or stored.
        """
        links = self._watched(tenant, store, only)
        known = self._known(tenant, links)
        if only is not None:
            links = [link for link in links if link.item in known]
        try:
            compare({link.item for link in links}, known)
        except ImplausibleDeletionsError:
            return Noticed(is_implausible=True)
        lost: list[str] = []
        back: list[str] = []
        there: list[tuple[ItemLink, KnownItem]] = []
        for link in links:
            item = known.get(link.item)
            kept = self._kept(link, item)
            if item is not None:
                there.append((kept, item))
            if kept.sells is not link.sells:
                (back if kept.sells else lost).append(link.article)
        noticed = replace(self._edited(tenant, store, there), lost=tuple(lost), back=tuple(back))
        if writer is None or not store.items.writes_back:
            return noticed
        standing = [(link, item) for link, item in there if link.sells]
        pen = _Pen(self._links, tenant, store, product_of, writer)
        return _with_writes(noticed, pen, standing, is_late)

    def _watched(self, tenant: Tenant, store: Store, only: Iterable[str] | None) -> list[ItemLink]:
        """The links that Sage is asked for, in the order of their articles."""
        if only is None:
            return [link for link in self._links.all(tenant.id, store.id) if _is_watched(link)]
        found = self._links.load_many(tenant.id, store.id, only)
        return [found[article] for article in sorted(found) if _is_watched(found[article])]

    def _edited(
        self, tenant: Tenant, store: Store, there: list[tuple[ItemLink, KnownItem]]
    ) -> Noticed:
        """Where people changed in Sage what the cart owns; links that rest take their place."""
        if not store.items.updates or not writable(tenant.ownership):
            return Noticed()
        currency = base_currency(tenant, store)
        edited: list[tuple[ItemLink, frozenset[str]]] = []
        settled: list[str] = []
        findings: dict[str, Finding] = {}
        for at, (link, item) in enumerate(there):
            fields = edited_in_sage(link, item, tenant.ownership, currency)
            if not fields and Side.SAGE.value in link.tugs:
                there[at] = (self._save(at_rest(link, Side.SAGE)), item)
                settled.append(link.article)
            elif fields and is_contested(link, Side.SAGE):
                findings[link.article] = contested(store.id, link.article, Side.SAGE)
            elif fields and link.product_id and is_followed(link, tenant.ownership):
                edited.append((link, fields))
        ids = Counter(link.ref_id for link, _ in there if link.ref_id)
        renamed = [link for link, _ in there if ids[link.ref_id] > 1]
        return Noticed(
            edited=tuple(edited), renamed=tuple(renamed), settled=tuple(settled), findings=findings
        )

    def _save(self, link: ItemLink) -> ItemLink:
        """Store the link; somebody else's newer word stands."""
        try:
            return self._links.save(link)
        except StaleLinkError:
            return self._links.load(link.tenant, link.store, link.article) or link

    def _known(self, tenant: Tenant, links: Sequence[ItemLink]) -> dict[str, KnownItem]:
        reads = self._reads_of(tenant, TOP_LEVEL)
        ids = iter(sorted({link.item for link in links}))
        known: dict[str, KnownItem] = {}
        while part := tuple(islice(ids, MOST_ITEMS)):
            known |= {item.id: item for item in reads.items(ItemSearch(ItemBy.ID, part))}
        return known

    def _kept(self, link: ItemLink, item: KnownItem | None) -> ItemLink:
        """The link with the condition that was seen; somebody else's newer word stands."""
        if item is None:
            seen = Condition.DELETED
        else:
            seen = Condition.GOOD if item.is_active else Condition.INACTIVE
        if seen is link.condition and (item is None or item.key == link.key):
            return link
        return self.keep(link, seen, key=item.key if item else link.key)

    def keep(self, link: ItemLink, condition: Condition, *, key: str = "") -> ItemLink:
        """Keep how the link's item stands; the link as it is stored then.

        What the cart said while the item could not be sold was not sent: it is sent again.

        Raises:
            botocore.exceptions.ClientError: it could not be read or stored.
        """
        newer = replace(link, condition=condition, key=key or link.key)
        is_back = condition is Condition.GOOD and not link.sells
        return self._save(to_send_again(newer, newer.sent) if is_back else newer)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes what Sage owns of a store's articles."""

    links: ItemLinks
    tenant: Tenant
    store: Store
    product_of: Callable[[str], Sequence[Product]]
    writer: ProductWriter

    def write(
        self, standing: Sequence[tuple[ItemLink, KnownItem]]
    ) -> tuple[int, dict[str, Finding]]:
        """Write what is not what was last written; how many articles, and what was refused."""
        changes: list[tuple[ItemLink, ProductChange, dict[str, str]]] = []
        for link, item in standing:
            wanted = dict(self._wanted(item))
            told = {name: digest(value) for name, value in wanted.items()}
            news = {name for name in wanted if told[name] != link.written.get(_field(name))}
            change = self._change(link, {name: wanted[name] for name in news}) if news else None
            if change is not None:
                changes.append((link, change, {_field(name): told[name] for name in news}))
            elif news:
                self._remember(link, {_field(name): told[name] for name in news})
        findings: dict[str, Finding] = {}
        answers = self.writer.change_products([change for _, change, _ in changes])
        for (link, change, told), answer in zip(changes, answers, strict=True):
            if answer.outcome in (WriteOutcome.DONE, WriteOutcome.ACCEPTED):
                self._remember(link, told)
            elif answer.outcome is WriteOutcome.REFUSED:
                self._remember(link, self._one_by_one(change, told))
                findings[link.article] = not_taken(self.store.id, link.article, answer.message)
        return len(changes) - len(findings), findings

    def _one_by_one(self, change: ProductChange, told: Mapping[str, str]) -> dict[str, str]:
        """Write the fields of a refused row each by itself; what is written then."""
        names = [name for name in BACK if getattr(change, name) is not None]
        if len(names) == 1:
            return {}
        answers = self.writer.change_products([_only(change, name) for name in names])
        done = (WriteOutcome.DONE, WriteOutcome.ACCEPTED)
        return {
            _field(name): told[_field(name)]
            for name, answer in zip(names, answers, strict=True)
            if answer.outcome in done
        }

    def _wanted(self, item: KnownItem) -> Iterator[tuple[str, str | Money]]:
        """What the cart should show, of what Sage owns and the table lets us write."""
        currency = base_currency(self.tenant, self.store)
        values: dict[str, str | Money | None] = {
            "title": item.name or None,
            "price": Money(item.base_price, currency) if item.base_price is not None else None,
            "cost": Money(item.standard_cost, currency) if item.standard_cost is not None else None,
            "barcode": item.barcode or None,
        }
        for name in carried(self.tenant.ownership):
            value = values[name]
            if value is not None:
                yield name, value

    def _change(self, link: ItemLink, wanted: Mapping[str, str | Money]) -> ProductChange | None:
        """What of it the cart does not show already; None where nothing is left."""
        products = self.product_of(link.product_id)
        article = next((each for each in products if is_of(link, each)), None)
        if article is None:
            return None
        shown: dict[str, str | Money | None] = {
            "title": article.title,
            "price": article.price,
            "cost": article.cost,
            "barcode": article.barcode,
        }
        left = {name: value for name, value in wanted.items() if shown[name] != value}
        if article.kind is ProductKind.VARIANT:
            left.pop("title", None)  # a variant has the title of its product
        if not left:
            return None
        fields: dict[str, object] = dict(left)
        return ProductChange(
            article.ref.id,
            article.sku,
            article.product_id,
            **fields,  # type: ignore[arg-type]
        )

    def _remember(self, link: ItemLink, told: Mapping[str, str]) -> None:
        if not told:
            return
        try:
            written = {**link.written, **told}
            self.links.save(replace(link, written=written, sent=without(link.sent, told)))
        except StaleLinkError:
            return  # written once more by the next look, which is safe


def _with_writes(
    noticed: Noticed,
    pen: _Pen,
    standing: Sequence[tuple[ItemLink, KnownItem]],
    is_late: Callable[[], bool],
) -> Noticed:
    """Write page after page until time runs out; what was noticed, with what came of that."""
    written, findings = 0, dict(noticed.findings)
    for start in range(0, len(standing), _AT_ONCE):
        if is_late():
            return replace(noticed, written=written, findings=findings, is_whole=False)
        more, refused = pen.write(standing[start : start + _AT_ONCE])
        written += more
        findings |= refused
    return replace(noticed, written=written, findings=findings)


def _only(change: ProductChange, name: str) -> ProductChange:
    """The change of that one field."""
    value: dict[str, Any] = {name: getattr(change, name)}
    return ProductChange(change.ref_id, change.sku, change.product_id, **value)


def _is_watched(link: ItemLink) -> bool:
    """Whether Sage is asked for it: not before it was made, nor after a person took it back."""
    is_taken_back = link.condition is Condition.DELETED and bool(link.by)
    return link.condition is not Condition.UNMADE and not is_taken_back


def _field(name: str) -> str:
    """The field of an item that a member of a change carries."""
    return BACK[name][1]
