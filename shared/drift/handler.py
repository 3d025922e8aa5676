"""Hears what changed in Sage (`shared.changes.ports`) and looks at what of it is ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from intacct.reading import Kept
from shared.changes.ports import Change, Gone
from shared.drift.looking import DocumentLooker, Seen
from shared.drift.looking import gone as gone_now
from shared.drift.noticing import DriftKeeper, Noticed
from shared.drift.records import Drifts
from shared.ledger.document_index import DocumentIndex, Place
from shared.reconciliation.looks import KEPT_AS
from shared.tenants.models import Tenant

Report = Callable[[str, Noticed], None]
"""Is told a tenant's id and what came of a look: for logs and metrics."""


class DriftHandler:
    """Looks at each changed document of ours as it stands now; what was told is a hint only."""

    kinds = frozenset(KEPT_AS.values())

    def __init__(
        self,
        index: DocumentIndex,
        looker: DocumentLooker,
        drifts: Drifts,
        keeper: DriftKeeper,
        report: Report = lambda _tenant, _noticed: None,
    ) -> None:
        """`report` is told of every look."""
        self._index = index
        self._looker = looker
        self._drifts = drifts
        self._keeper = keeper
        self._report = report

    def changed(self, tenant: Tenant, entity: str, changes: Sequence[Change]) -> None:
        """Look at those of the records that we made, and record what differs from what was sent.

        Raises:
            IntacctError: Sage could not be read.
            StaleDriftError: others kept changing a record.
            botocore.exceptions.ClientError: the tables could not be read or written.
        """
        del entity  # a posting key names the entity whose books it is in
        by = {change.key: change.modified_by for change in changes}
        seen = self._looked(tenant, [change.reference for change in changes])
        self._report(tenant.id, self._keeper.keep(tenant, seen, by))

    def gone(self, tenant: Tenant, entity: str, gone: Sequence[Gone]) -> None:
        """Look once more for documents that are said to be gone; those that are, differ.

        Raises:
            IntacctError, StaleDriftError, botocore.exceptions.ClientError: as `changed`.
        """
        del entity
        told = {(one.kind, one.key): one for one in gone}
        by = {one.key: one.deleted_by for one in gone}
        seen = self._looked(tenant, [one.reference for one in gone])
        judged = [_with_deletion(one, told) for one in seen]
        self._report(tenant.id, self._keeper.keep(tenant, judged, by))

    def _looked(self, tenant: Tenant, numbers: Sequence[str]) -> list[Seen]:
        places: list[Place] = []
        for number in dict.fromkeys(number for number in numbers if number):
            places += self._index.places(tenant.id, number)
        if not places:
            return []
        known = {drift.place.key for drift in self._drifts.all(tenant.id)}
        return self._looker.look(tenant, places, whole=known)


def _with_deletion(seen: Seen, told: Mapping[tuple[Kept, str], Gone]) -> Seen:
    """As it was seen; where Sage does not show it and it is told to be gone, as deleted."""
    document = seen.asked.document
    kind = KEPT_AS.get(document.marked)
    deletion = told.get((kind, document.sage_key)) if kind else None
    if seen.is_there or deletion is None:
        return seen
    return gone_now(seen, at=deletion.deleted_at, by=deletion.deleted_by)
