"""Our documents, as key comparison asks for them; what became of them is the look for drift's.

They are named by the proof book's rows (`shared.reconciliation`): what is in the books by the
ledger's word, was not taken back by ourselves, and is dated in a month that may still be open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta

from intacct.reading import Kept
from shared.changes.pace import DOCUMENTS
from shared.changes.ports import Known
from shared.ports import Clock
from shared.reconciliation.documents import BookedDocument
from shared.reconciliation.rows import Row
from shared.tenants.models import Tenant

BELIEVED = timedelta(minutes=10)
"""How long what the proof book told is used for the other kinds: one pass reads it for all."""

_MONTHS_BACK = 1
_KINDS = frozenset(kind.value for kind in DOCUMENTS)


class KnownDocuments:
    """Names the documents of this month and the last that the ledger says are in the books."""

    kinds = frozenset(DOCUMENTS)

    def __init__(self, rows: Callable[[str, str], Iterator[Row]], clock: Clock) -> None:
        """`rows` gives the proof book's rows of a tenant's store."""
        self._rows = rows
        self._clock = clock
        self._read: tuple[tuple[str, str], Mapping[Kept, list[Known]]] | None = None
        self._read_at = clock() - BELIEVED

    def known(self, tenant: Tenant, entity: str, kind: Kept) -> Iterable[Known]:
        """The documents of a kind in the entity's books.

        Raises:
            botocore.exceptions.ClientError: the rows could not be read.
        """
        place, now = (tenant.id, entity), self._clock()
        if self._read is None or self._read[0] != place or now - self._read_at >= BELIEVED:
            self._read, self._read_at = (place, self._by_kind(tenant, entity)), now
        return self._read[1].get(kind, [])

    def _by_kind(self, tenant: Tenant, entity: str) -> Mapping[Kept, list[Known]]:
        since = months_before(self._clock().date(), _MONTHS_BACK)
        found: dict[Kept, list[Known]] = defaultdict(list)
        for store in tenant.stores:
            for row in self._rows(tenant.id, store.id):
                for one in row.documents:
                    if one.on >= since and one.entity == entity and _is_there(one):
                        known = Known(one.sage_key, one.reference, one.reference)
                        found[Kept(one.marked.value)].append(known)
        return found


def months_before(day: date, months: int) -> date:
    """The first day of the month so many months before the day's own."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def _is_there(document: BookedDocument) -> bool:
    """Whether Sage should show it under a key that we know."""
    if not (document.is_posted and document.sage_key and document.can_be_read_back):
        return False
    return not document.is_undone and document.marked.value in _KINDS
