"""What changed since a watermark, over `query` (§11.1, §11.2).

Rows come page by page in the order of their record numbers: a page by modification time would shift
when a row changes meanwhile. A changed line does not always touch its header's stamp (§17 no. 14):
ask for lines too where they matter. Rows without a stamp never come; they need a full pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from intacct.errors import RejectedError
from intacct.watermarks import Reading
from intacct.xml.elements import Element, text_at
from intacct.xml.gateway import XmlGateway
from intacct.xml.paging import pages
from intacct.xml.queries import Filter, Query, all_of, at_least
from intacct.xml.user_format import UserFormat

MODIFIED = "WHENMODIFIED"


def changed_rows(
    gateway: XmlGateway,
    query: Query,
    reading: Reading,
    *,
    user_format: UserFormat,
    entity: str = "",
) -> Iterator[Element]:
    """The rows of `query` that changed and were not handled yet, each with its `MODIFIED` stamp.

    `user_format` is the API user's (`XmlReads.user_format`): filters and answers follow it. Keep
    `reading.watermark` when all rows are handled, not before.

    Raises:
        RejectedError: a row has no stamp that can be read; such an object is compared by keys.
        IntacctError: as `XmlGateway.execute_one`; the old watermark stays valid.
    """
    parts: list[Filter] = [] if query.filter is None else [query.filter]
    if reading.starts_at is not None:
        parts.append(at_least(MODIFIED, user_format.timestamp_text(reading.starts_at)))
    asked = replace(
        query,
        fields=(*query.fields, MODIFIED),
        filter=all_of(*parts) if parts else None,
    )
    for rows in pages(gateway, asked, entity=entity):
        for row in rows:
            if reading.is_new(text_at(row, query.key), modified_at(row, user_format)):
                yield row


def modified_at(row: Element, user_format: UserFormat) -> datetime:
    """When the row was last modified (UTC).

    Raises:
        RejectedError: it does not say.
    """
    moment = user_format.instant(text_at(row, MODIFIED))
    if moment is None:
        message = "a row has no modification time that can be read"
        raise RejectedError(message)
    return moment
