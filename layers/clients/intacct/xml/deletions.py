"""The keys of an object, and the deletions of the audit history (§11.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from intacct.deletions import Deletion
from intacct.xml.elements import text_at
from intacct.xml.gateway import XmlGateway
from intacct.xml.paging import pages
from intacct.xml.queries import PAGE_SIZE_MAX, Filter, Query, all_of, at_least, equal
from intacct.xml.user_format import UserFormat

_AUDIT = "AUDITHISTORY"
_DELETED = "D"


def keys(
    gateway: XmlGateway, name: str, *, within: Filter | None = None, entity: str = ""
) -> Iterator[str]:
    """The record numbers of an object: what a key comparison needs (`intacct.deletions.compare`).

    `within` must hold for all that is compared (a range of dates), and keeps the read small.

    Raises:
        IntacctError: as `XmlGateway.execute_one`; reading again is always safe.
    """
    query = Query(name, (), within, shows_private=True)
    for rows in pages(gateway, query, entity=entity, size=PAGE_SIZE_MAX):
        for row in rows:
            yield text_at(row, query.key)


def audited(
    gateway: XmlGateway,
    name: str,
    since: datetime,
    *,
    user_format: UserFormat,
    entity: str = "",
) -> Iterator[Deletion]:
    """The deletions of an object that the audit history tells, from `since` on.

    A hint beside the key comparison, never instead of it: lines, GLENTRY and ARADJUSTMENT among
    others are not audited.

    Raises:
        PermissionDeniedError: the role lacks View on custom reports.
        IntacctError: as `XmlGateway.execute_one`; a refusal may come without a number.
    """
    condition = all_of(
        equal("OBJECTTYPE", name.lower()),
        equal("ACCESSMODE", _DELETED),
        at_least("ACCESSTIME", user_format.timestamp_text(since)),
    )
    fields = ("OBJECTKEY", "OBJECTTYPE", "ACCESSTIME", "USERID")
    for rows in pages(gateway, Query(_AUDIT, fields, condition, key="ID"), entity=entity):
        for row in rows:
            yield Deletion(
                object=name,
                # Seen also as the record number and a text (§11.3).
                identifier=text_at(row, "OBJECTKEY").partition("--")[0],
                deleted_at=user_format.instant(text_at(row, "ACCESSTIME")),
                deleted_by=text_at(row, "USERID"),
            )
