"""Which customer of Sage Intacct a buyer is: the stored links, without a word about the person."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Origin(StrEnum):
    """How a link came about: we made the customer, found it, or a person named it."""

    CREATED = "created"
    MATCHED = "matched"
    PERSON = "person"


class Condition(StrEnum):
    """What is known of the customer in Sage.

    UNMADE: it is ours to create. UNCHECKED: a person named it, Sage was not asked yet. GOOD: it is
    there. INACTIVE, DELETED: it was seen to be so; Sage is asked again before an order is held.
    """

    UNMADE = "unmade"
    UNCHECKED = "unchecked"
    GOOD = "good"
    INACTIVE = "inactive"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class CustomerLink:
    """One buyer's customer.

    `buyer` is the digest of what tells the buyer apart, `store` where it was first met, `customer`
    the id in Sage (empty after `unlink`) and `key` its system key, where known. `matched_by` names
    the search that found it, `by` the person who decided. `excluded` are customers that this buyer
    is not. `sent` holds a digest per field of what was last written, as of the order version
    `as_of`; `contacts` the same per contact. `accounts` are the buyer's own ids in carts, by store
    (`shared.customers.accounts`), `written` a digest of what was written to one, by
    `<store>/<field>`. `generation` counts the customers that we made.
    `version` counts the changes of the link; 0 is not stored yet.
    """

    tenant: str
    buyer: str
    store: str
    customer: str
    origin: Origin
    condition: Condition
    linked_at: datetime
    key: str = ""
    matched_by: str = ""
    by: str = ""
    excluded: tuple[str, ...] = ()
    generation: int = 1
    as_of: datetime | None = None
    sent: Mapping[str, str] = field(default_factory=dict)
    contacts: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far all links of a tenant were looked at: since `began_at`, up to the buyer `after`.

    `after` is empty once all were.
    """

    began_at: datetime
    after: str = ""


class StaleLinkError(Exception):
    """Somebody else changed the link since it was read: read it again."""


class CustomerLinks(Protocol):
    """Keeps links; every write is conditional, and safe to repeat."""

    def load(self, tenant: str, *buyers: str) -> CustomerLink | None:
        """The link of the first of these buyers that has one; one consistent read or two each."""
        ...

    def put_new(self, link: CustomerLink) -> CustomerLink:
        """Store the buyer's first link; the one that stands, which may be somebody else's."""
        ...

    def point(self, tenant: str, buyer: str, target: str) -> None:
        """Let a buyer that has no link share that of `target`; nothing happens where it has one."""
        ...

    def save(self, link: CustomerLink) -> CustomerLink:
        """Store what was changed in a loaded link; the link with its new version.

        Raises:
            StaleLinkError: the stored version is not `link.version` any more.
        """
        ...

    def all(self, tenant: str, *, after: str = "") -> Iterator[CustomerLink]:
        """Every link of the tenant whose buyer follows `after`, in the order of the buyers."""
        ...

    def progress(self, tenant: str) -> Progress | None:
        """How far all links were looked at; None where that never began."""
        ...

    def note_progress(self, tenant: str, progress: Progress) -> None:
        """Remember how far all links were looked at; the last word counts."""
        ...


def to_json(link: CustomerLink) -> str:
    """The link as it is stored, without tenant, buyer and version, which the record's key holds."""
    members: dict[str, Any] = {
        "store": link.store,
        "customer": link.customer,
        "origin": link.origin.value,
        "condition": link.condition.value,
        "linked_at": link.linked_at.isoformat(),
        "key": link.key,
        "matched_by": link.matched_by,
        "by": link.by,
        "excluded": list(link.excluded),
        "generation": link.generation,
        "as_of": link.as_of.isoformat() if link.as_of else None,
        "sent": dict(link.sent),
        "contacts": dict(link.contacts),
        "accounts": dict(link.accounts),
        "written": dict(link.written),
    }
    return json.dumps(members, separators=(",", ":"))


def from_json(text: str, *, tenant: str, buyer: str, version: int) -> CustomerLink:
    """What `to_json` wrote; members that a newer release added are left out."""
    said = json.loads(text)
    as_of = said["as_of"]
    return CustomerLink(
        tenant=tenant,
        buyer=buyer,
        store=said["store"],
        customer=said["customer"],
        origin=Origin(said["origin"]),
        condition=Condition(said["condition"]),
        linked_at=datetime.fromisoformat(said["linked_at"]),
        key=said["key"],
        matched_by=said["matched_by"],
        by=said["by"],
        excluded=tuple(said["excluded"]),
        generation=said["generation"],
        as_of=datetime.fromisoformat(as_of) if as_of else None,
        sent=said["sent"],
        contacts=said["contacts"],
        accounts=said.get("accounts", {}),
        written=said.get("written", {}),
        version=version,
    )
