"""The keys of an object, and the deletions of the audit history (REST reference §14.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from intacct.deletions import Deletion
from intacct.rest.changed_rows import instant, instant_from
from intacct.rest.client import RestClient
from intacct.rest.query import LARGEST_PAGE, Query, at_least, equal, one_of, rows
from intacct.rest.wire import text

AUDIT_HISTORY = "company-config/audit-history"
# The sample shows `modify`; the word for a deletion is UNCONFIRMED (U14): the likely ones.
DELETED_WORDS = ("delete", "deleted")

_OBJECT = "changeDetails.objectName"
_IDENTIFIER = "changeDetails.objectId"
_AT = "changeSource.accessDateTime"
_BY = "changeSource.completedBy"
_ACTION = "changeSource.actionPerformed"


def keys(client: RestClient, name: str, *, entity: str = "") -> Iterator[str]:
    """The keys of all records of an object, 4,000 a call: what a key comparison needs."""
    query = Query(name, ("key",), include_private=True)
    for row in rows(client, query, entity=entity, page_size=LARGEST_PAGE):
        yield text(row["key"])


def audited(
    client: RestClient,
    name: str,
    since: datetime,
    *,
    entity: str = "",
    words: tuple[str, ...] = DELETED_WORDS,
) -> Iterator[Deletion]:
    """The deletions of an object that the audit history tells, from `since` on.

    A hint beside the key comparison, never instead of it: some objects are not audited, and which
    word stands for a deletion is not confirmed.

    Raises:
        PermissionDeniedError: the user may not read the audit history.
    """
    filters = (equal(_OBJECT, name), one_of(_ACTION, words), at_least(_AT, instant(since)))
    fields = (_OBJECT, _IDENTIFIER, _AT, _BY, _ACTION)
    query = Query(AUDIT_HISTORY, fields, filters, include_private=True)
    for row in rows(client, query, entity=entity):
        yield Deletion(
            object=text(row.get(_OBJECT)),
            identifier=text(row.get(_IDENTIFIER)),
            deleted_at=instant_from(text(row.get(_AT))),
            deleted_by=text(row.get(_BY)),
        )
