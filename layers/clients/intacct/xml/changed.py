"""What changed since we last looked, and what was deleted (§11).

No row is lost and few come twice: each look reaches back a little behind the newest row that it
knows, and leaves out what it has given already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intacct.xml.elements import Element, text_at
from intacct.xml.gateway import XmlGateway
from intacct.xml.paging import read_all
from intacct.xml.queries import Condition, Filter, Query, all_of, at_least, equal
from intacct.xml.user_format import UserFormat

MODIFIED = "WHENMODIFIED"
OVERLAP = timedelta(minutes=10)  # §11.1 advises 5 to 15 minutes
SETTLING = timedelta(minutes=1)  # rows of transactions that are still open (§11.1)
_AUDIT = "AUDITHISTORY"


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far we have read: the newest change seen, and the rows already given around it.

    `seen` holds (record number, WHENMODIFIED as Sage writes it) of the overlap only, so it stays
    small; keep both together.
    """

    modified_at: datetime
    seen: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that changed, oldest change first, and the watermark to go on from."""

    rows: tuple[Element, ...]
    watermark: Watermark


@dataclass(frozen=True, slots=True)
class Deletion:
    """A record that is gone; `key` is its record number or, for masters, its readable id."""

    object: str
    key: str
    deleted_at: datetime | None
    audit_id: str


def read_changes(
    gateway: XmlGateway,
    query: Query,
    watermark: Watermark,
    *,
    user_format: UserFormat,
    now: datetime,
    entity: str = "",
    overlap: timedelta = OVERLAP,
) -> Changes:
    """The rows of `query` that changed since the watermark and before the last minute.

    Within the window rows are paged by record number: a row that changes while we read leaves the
    window and comes with the next look. Rows without WHENMODIFIED never come: they need a full pass
    (§11.1).

    Raises:
        IntacctError: as `XmlGateway.execute_one`; the watermark stays valid.
    """
    since = watermark.modified_at - overlap
    window: list[Filter] = [
        at_least(MODIFIED, user_format.timestamp_text(since)),
        Condition("lessthan", MODIFIED, (user_format.timestamp_text(now - SETTLING),)),
    ]
    if query.filter is not None:
        window.append(query.filter)
    asked = replace(query, fields=(*query.fields, MODIFIED), filter=all_of(*window))
    found: dict[tuple[str, str], tuple[datetime, Element]] = {}
    for row in read_all(gateway, asked, entity=entity):
        text = text_at(row, MODIFIED)
        changed_at = user_format.instant(text)
        if changed_at is not None:
            found[text_at(row, query.key), text] = changed_at, row
    newest = max([watermark.modified_at, *(changed_at for changed_at, _ in found.values())])
    fresh = sorted(
        (changed_at, number, row)
        for number, (mark, (changed_at, row)) in enumerate(found.items())
        if mark not in watermark.seen
    )
    seen = {mark for mark, (changed_at, _) in found.items() if changed_at >= newest - overlap}
    return Changes(tuple(row for _, _, row in fresh), Watermark(newest, frozenset(seen)))


def read_deletions(
    gateway: XmlGateway,
    objects: Sequence[str],
    since: datetime,
    *,
    user_format: UserFormat,
    entity: str = "",
    overlap: timedelta = OVERLAP,
) -> list[Deletion]:
    """Records of these objects whose deletion Sage kept in its audit history since then (§11.3).

    Lines, GLENTRY and ARADJUSTMENT among others are never in it: `missing_keys` finds those. The
    same deletion may come twice, in two looks; its `audit_id` tells.

    Raises:
        PermissionDeniedError: the role lacks View on custom reports.
        IntacctError: as `XmlGateway.execute_one`.
    """
    found: list[Deletion] = []
    for name in objects:
        condition = all_of(
            equal("OBJECTTYPE", name.lower()),
            equal("ACCESSMODE", "D"),
            at_least("ACCESSTIME", user_format.timestamp_text(since - overlap)),
        )
        query = Query(_AUDIT, ("OBJECTKEY", "OBJECTTYPE", "ACCESSTIME"), condition, key="ID")
        found += [
            Deletion(
                object=name.upper(),
                # Seen also as the record number and a text (§11.3).
                key=text_at(row, "OBJECTKEY").partition("--")[0],
                deleted_at=user_format.instant(text_at(row, "ACCESSTIME")),
                audit_id=text_at(row, "ID"),
            )
            for row in read_all(gateway, query, entity=entity)
        ]
    return found


def missing_keys(
    gateway: XmlGateway,
    name: str,
    known: Iterable[str],
    *,
    within: Filter | None = None,
    entity: str = "",
) -> set[str]:
    """Which of the record numbers that we know are not at Sage any more.

    `within` must hold for all that is known (a date range, a customer), and keeps the read small.

    Raises:
        IntacctError: as `XmlGateway.execute_one`.
    """
    left = set(known)
    if left:
        rows = read_all(gateway, Query(name, (), within, shows_private=True), entity=entity)
        left.difference_update(text_at(row, "RECORDNO") for row in rows)
    return left
