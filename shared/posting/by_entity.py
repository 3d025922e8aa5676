"""Applies an order's postings each in the books of its own entity (R-14.1, J-14.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from shared.ledger.apply import Applier
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.records import Record
from shared.ledger.requests import Steps
from shared.postings.book import StoreBook
from shared.postings.keys import entity_of
from shared.postings.plan import Posted, Posting
from shared.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class EntityAppliers:
    """What `Applier` does, each posting in the books of `home`, or of `other` if its key says so.

    `of` gives the applier of an entity.
    """

    of: Callable[[str], Applier]
    home: str
    other: str = ""

    def steps(
        self,
        pk: str,
        postings: Sequence[Posting],
        posted: Posted,
        deadline: datetime,
        *,
        records: Mapping[str, Record] | None = None,
        reopen_by: str = "",
        moves_dates: bool = False,
    ) -> Steps[Outcome]:
        """Bring the postings into the books in their order; stops where one cannot be."""
        outcome = Outcome(OutcomeKind.COMPLETE, posted)
        done: tuple[str, ...] = ()
        for entity, group in groupby(postings, key=self._entity):
            outcome = yield from self.of(entity).steps(
                pk,
                list(group),
                outcome.results,
                deadline,
                records=records,
                reopen_by=reopen_by,
                moves_dates=moves_dates,
            )
            done += outcome.done
            if outcome.kind is not OutcomeKind.COMPLETE:
                break
        return replace(outcome, done=done)

    def settle(
        self, pk: str, posting: Posting, deadline: datetime, *, records: Mapping[str, Record]
    ) -> Steps[Outcome]:
        """End the doubt about a posting in the books where it may be."""
        applier = self.of(self._entity(posting))
        return applier.settle(pk, posting, deadline, records=records)

    def _entity(self, posting: Posting) -> str:
        is_other = self.other and entity_of(posting.key) == self.other
        return self.other if is_other else self.home


def appliers_of(
    applier_of: Callable[[Tenant, str], Applier], tenant: Tenant, book: StoreBook
) -> EntityAppliers:
    """The appliers that an order of that book needs."""
    other = book.mapping.stock_entity
    return EntityAppliers(lambda entity: applier_of(tenant, entity), book.entity, other)
