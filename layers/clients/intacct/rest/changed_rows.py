"""What changed since a watermark, over the query service (REST reference §8.5, §14.1).

Rows come page by page in the order of their keys: a page by modification time would shift when a
row changes meanwhile. A change of a line or a contact does not always touch its parent's stamp
(UNCONFIRMED): ask for those objects too where they matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from intacct.errors import RejectedError
from intacct.rest.client import RestClient
from intacct.rest.query import PAGE_SIZE, Query, Row, at_least, rows
from intacct.rest.wire import text
from intacct.watermarks import Reading

MODIFIED = "audit.modifiedDateTime"


def changed_rows(
    client: RestClient,
    query: Query,
    reading: Reading,
    *,
    entity: str = "",
    page_size: int = PAGE_SIZE,
) -> Iterator[Row]:
    """The rows of `query` that changed and were not handled yet, each with its `MODIFIED` stamp.

    Keep `reading.watermark` when all rows are handled, not before.

    Raises:
        RejectedError: a row has no stamp that can be read; such an object is compared by keys.
    """
    since = reading.starts_at
    filters, expression = query.filters, query.expression
    if since is not None:
        filters = (*filters, at_least(MODIFIED, instant(since)))
        expression = f"({expression}) and {len(filters)}" if expression else ""
    asked = replace(query, fields=(*query.fields, MODIFIED), filters=filters, expression=expression)
    for row in rows(client, asked, entity=entity, page_size=page_size):
        if reading.is_new(text(row["key"]), modified_at(row)):
            yield row


def instant(moment: datetime) -> str:
    """An instant as Sage writes it: UTC, whole seconds (§5); fractions are cut, never rounded up.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        message = "an instant without a time zone could be any hour"
        raise ValueError(message)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def modified_at(row: Row) -> datetime:
    """When the row was last modified.

    Raises:
        RejectedError: it does not say.
    """
    moment = instant_from(text(row.get(MODIFIED)))
    if moment is None:
        message = "a row has no modification time that can be read"
        raise RejectedError(message)
    return moment


def instant_from(stamp: str) -> datetime | None:
    """The instant that Sage wrote, in UTC where it names no zone (§5); None when it is none."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
