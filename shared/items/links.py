"""Which item of Sage Intacct an article of a store is: the stored links.

An article is what a cart sells (`shared.postings.articles`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Origin(StrEnum):
    """How a link came about: we made the item, found it, or a person named it."""

    CREATED = "created"
    MATCHED = "matched"
    PERSON = "person"


class Condition(StrEnum):
    """What is known of the item in Sage.

    UNMADE: it is ours to create, and may be there already. GOOD: it is there. INACTIVE, DELETED: it
    was seen to be so, and sells nothing until it is good again.
    """

    UNMADE = "unmade"
    GOOD = "good"
    INACTIVE = "inactive"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class ItemLink:
    """One article's item.

    `item` is its id in Sage and `key` its system key, where known. `product_id` and `ref_id` are
    the cart's ids of product and article. `matched_by` names the search that found it, `by` the
    person who decided. `unit` is the cart's unit of measure when it was linked. `sent` holds a
    digest per field of what was last written to Sage, `written` of what was last written to the
    cart: what comes back as it was written is no change. An empty digest says that it may have
    something else. `tugs` counts by side (`shared.ownership.table.Side`) how often in a row the
    article had to be put right there. `version` counts the changes of the link; 0 is not stored
    yet.
    """

    tenant: str
    store: str
    article: str
    item: str
    origin: Origin
    condition: Condition
    linked_at: datetime
    key: str = ""
    product_id: str = ""
    ref_id: str = ""
    matched_by: str = ""
    by: str = ""
    unit: str = ""
    sent: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    tugs: Mapping[str, int] = field(default_factory=dict)
    version: int = 0

    @property
    def sells(self) -> bool:
        """Whether documents may name the item."""
        return self.condition is Condition.GOOD


class StaleLinkError(Exception):
    """Somebody else changed the link since it was read: read it again."""


class ItemLinks(Protocol):
    """Keeps links; every write is conditional, and safe to repeat."""

    def load(self, tenant: str, store: str, article: str) -> ItemLink | None:
        """The article's link, by a consistent read."""
        ...

    def load_many(self, tenant: str, store: str, articles: Iterable[str]) -> Mapping[str, ItemLink]:
        """The links of those articles that have one, by consistent reads."""
        ...

    def put_new(self, link: ItemLink) -> ItemLink:
        """Store the article's first link; the one that stands, which may be somebody else's."""
        ...

    def save(self, link: ItemLink) -> ItemLink:
        """Store what was changed in a loaded link; the link with its new version.

        Raises:
            StaleLinkError: the stored version is not `link.version` any more.
        """
        ...

    def all(self, tenant: str, store: str) -> Iterator[ItemLink]:
        """Every link of the store, in the order of the articles."""
        ...


_TEXTS = ("item", "key", "product_id", "ref_id", "matched_by", "by", "unit")


def to_json(link: ItemLink) -> str:
    """The link as it is stored, without what the record's key and version hold."""
    members: dict[str, Any] = {name: getattr(link, name) for name in _TEXTS}
    members |= {
        "origin": link.origin.value,
        "condition": link.condition.value,
        "linked_at": link.linked_at.isoformat(),
        "sent": dict(link.sent),
        "written": dict(link.written),
        "tugs": dict(link.tugs),
    }
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False)


def from_json(text: str, *, tenant: str, store: str, article: str, version: int) -> ItemLink:
    """What `to_json` wrote; members that a newer release added are left out."""
    said = json.loads(text)
    return ItemLink(
        tenant=tenant,
        store=store,
        article=article,
        origin=Origin(said["origin"]),
        condition=Condition(said["condition"]),
        linked_at=datetime.fromisoformat(said["linked_at"]),
        sent=said["sent"],
        written=said["written"],
        tugs=said.get("tugs", {}),
        version=version,
        **{name: said[name] for name in _TEXTS},
    )
