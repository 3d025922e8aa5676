"""What the daily proof read back, kept as drift: it sees what no poller is told of.

A customer refund is of no kind that is read by change, a document may have lost our number, and one
may have been changed within a minute of ours. The proof reads all of them once a day.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.drift.looking import Seen
from shared.drift.noticing import DriftKeeper
from shared.drift.records import Drifts, DriftStatus
from shared.drift.subjects import pk_of
from shared.ledger.document_index import Place
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.looks import Asked
from shared.tenants.models import Tenant


class ProofFindings:
    """Keeps what a proof found of documents; told of the same again it changes nothing."""

    def __init__(self, drifts: Drifts, keeper: DriftKeeper) -> None:
        """`keeper` writes the records and their reviews."""
        self._drifts = drifts
        self._keeper = keeper

    def keep(self, tenant: Tenant, read: Sequence[tuple[Asked, tuple[Difference, ...]]]) -> None:
        """Record what differs of these documents, and what does not differ any more.

        Raises:
            StaleDriftError: others kept changing a record; telling it again is safe.
            botocore.exceptions.ClientError: a record could not be read or written.
        """
        known = {
            drift.place.key
            for drift in self._drifts.all(tenant.id)
            if drift.status is not DriftStatus.RESTORED
        }
        seen = [
            _seen(tenant, asked, differences)
            for asked, differences in read
            if differences or asked.document.key in known
        ]
        self._keeper.keep(tenant, seen, {})


def _seen(tenant: Tenant, asked: Asked, differences: tuple[Difference, ...]) -> Seen:
    pk = pk_of(tenant.id, asked.store, asked.subject)
    return Seen(
        place=Place(pk, asked.document.key),
        asked=asked,
        is_there=all(one.cause is not Cause.MISSING_IN_SAGE for one in differences),
        differences=differences,
    )
