"""What happens to items in Sage, carried into the links of every store that sells them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from intacct.reading import Kept
from shared.changes.ports import Change, Gone, Known
from shared.customers.keeping import TOP_LEVEL
from shared.items import findings
from shared.items.links import Condition, ItemLink, ItemLinks, StaleLinkError
from shared.items.news import ItemNews
from shared.items.watching import ItemWatch
from shared.ports import Clock
from shared.reviews.records import Reviews
from shared.tenants.models import Tenant

_INACTIVE = "inactive"


class ItemChanges:
    """Names linked items, and keeps whether they sell."""

    kinds = frozenset({Kept.ITEM})

    def __init__(
        self,
        watch: ItemWatch,
        links: ItemLinks,
        news: ItemNews,
        reviews: Reviews,
        *,
        clock: Clock,
    ) -> None:
        """`watch` keeps conditions, `news` has what changed looked at by the next `item_sync`.

        People are told of each article that sells no more.
        """
        self._news = news
        self._watch = watch
        self._links = links
        self._reviews = reviews
        self._clock = clock

    def known(self, tenant: Tenant, entity: str, kind: Kept) -> Iterable[Known]:
        """The items that articles are linked to.

        Raises:
            botocore.exceptions.ClientError: the links could not be read.
        """
        if entity == TOP_LEVEL and kind is Kept.ITEM:
            yield from (Known(link.key, link.item) for link in self._watched(tenant))

    def changed(self, tenant: Tenant, entity: str, changes: Sequence[Change]) -> None:
        """Keep which items were deactivated and which sell again; have them looked at soon.

        Raises:
            botocore.exceptions.ClientError: links or reviews could not be read or written.
            StaleLinkError: a link was changed at this moment; all of it is told again.
        """
        if entity != TOP_LEVEL:
            return
        heard = self._keep(
            tenant,
            {
                one.key: Condition.INACTIVE if one.state == _INACTIVE else Condition.GOOD
                for one in changes
                if one.kind is Kept.ITEM
            },
        )
        for store in tenant.stores:
            if store.items.updates or store.items.writes_back:
                self._news.note(tenant.id, store.id, heard.get(store.id, ()))

    def gone(self, tenant: Tenant, entity: str, gone: Sequence[Gone]) -> None:
        """Keep which items are gone: what becomes of their articles is `unknown_sku`'s to say.

        Raises:
            botocore.exceptions.ClientError: links or reviews could not be read or written.
            StaleLinkError: a link was changed at this moment; all of it is told again.
        """
        if entity == TOP_LEVEL:
            keys = [one.key for one in gone if one.kind is Kept.ITEM]
            self._keep(tenant, dict.fromkeys(keys, Condition.DELETED))

    def _keep(self, tenant: Tenant, seen: Mapping[str, Condition]) -> Mapping[str, Collection[str]]:
        """Keep the conditions of these items; the articles that they sell, by store."""
        heard: dict[str, set[str]] = defaultdict(set)
        for link in self._watched(tenant) if seen else ():
            if link.key not in seen:
                continue
            heard[link.store].add(link.article)
            condition = seen[link.key]
            if condition is link.condition:
                continue
            kept = self._watch.keep(link, condition)
            if kept.condition is not condition:
                raise StaleLinkError(link.article)
            self._tell(kept)
        return heard

    def _tell(self, link: ItemLink) -> None:
        subject, now = findings.item_subject(link.store, link.article), self._clock()
        if link.sells:
            self._reviews.close(link.tenant, subject, at=now)
            return
        is_there = link.condition is Condition.INACTIVE
        text = "its item is inactive" if is_there else "its item is not in Sage Intacct any more"
        finding = findings.gone(link.store, link.article, text)
        self._reviews.open(link.tenant, subject, [finding], at=now)

    def _watched(self, tenant: Tenant) -> Iterator[ItemLink]:
        """Links whose items Sage has, of stores that link items; a person's `unlink` stands."""
        for store in tenant.stores:
            if not store.items.is_kept:
                continue
            for link in self._links.all(tenant.id, store.id):
                is_taken_back = link.condition is Condition.DELETED and bool(link.by)
                if link.key and link.condition is not Condition.UNMADE and not is_taken_back:
                    yield link
