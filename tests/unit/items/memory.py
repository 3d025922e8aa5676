"""Item links in memory, by the rules of the table; held to them by the contract test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from shared.items.links import ItemLink, StaleLinkError, from_json, to_json
from shared.items.news import MOST_NEWS, News


class MemoryItemLinks:
    """`shared.items.links.ItemLinks` in a dictionary."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, str, str], ItemLink] = {}

    def load(self, tenant: str, store: str, article: str) -> ItemLink | None:
        return self.stored.get((tenant, store, article))

    def load_many(self, tenant: str, store: str, articles: Iterable[str]) -> Mapping[str, ItemLink]:
        found = (self.load(tenant, store, article) for article in articles)
        return {link.article: link for link in found if link is not None}

    def put_new(self, link: ItemLink) -> ItemLink:
        key = (link.tenant, link.store, link.article)
        return self.stored.setdefault(key, _as_stored(replace(link, version=1)))

    def save(self, link: ItemLink) -> ItemLink:
        key = (link.tenant, link.store, link.article)
        if self.stored[key].version != link.version:
            raise StaleLinkError(link.article)
        self.stored[key] = _as_stored(replace(link, version=link.version + 1))
        return self.stored[key]

    def all(self, tenant: str, store: str) -> Iterator[ItemLink]:
        for key in sorted(self.stored):
            if key[:2] == (tenant, store):
                yield self.stored[key]


def _as_stored(link: ItemLink) -> ItemLink:
    return from_json(
        to_json(link),
        tenant=link.tenant,
        store=link.store,
        article=link.article,
        version=link.version,
    )


class MemoryItemNews:
    """`shared.items.news.ItemNews` in a dictionary."""

    def __init__(self) -> None:
        self.waiting: dict[tuple[str, str], News] = {}

    def of_store(self, tenant: str, store: str) -> News:
        return self.waiting.get((tenant, store), News())

    def note(self, tenant: str, store: str, articles: Iterable[str]) -> bool:
        noted, known = frozenset(articles), self.of_store(tenant, store)
        if not noted:
            return True
        if len(noted) > MOST_NEWS or len(known.articles) >= MOST_NEWS:
            return False
        self.waiting[tenant, store] = News(known.articles | noted, known.version + 1)
        return True

    def looked_at(self, tenant: str, store: str, news: News) -> None:
        known = self.of_store(tenant, store)
        if known.version == news.version:
            self.waiting[tenant, store] = News(known.articles - news.articles, known.version)
