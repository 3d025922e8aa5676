"""Brings postings into the books exactly once: the worker of reliability §3.3 and §3.4.

Write the intention down before the request leaves; look before sending again; a refusal is an
answer, not a failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from shared.ledger.driving import drive_one
from shared.ledger.evidence import TAXED, is_taxed_otherwise
from shared.ledger.halts import park
from shared.ledger.outcomes import Halt, Outcome, OutcomeKind
from shared.ledger.port import Ledger
from shared.ledger.records import Record, State
from shared.ledger.references import references
from shared.ledger.requests import Steps
from shared.ledger.resolving import Resolver
from shared.ledger.run import Run
from shared.ledger.sending import Sender
from shared.ports import Books, Clock, IdMaker
from shared.postings.plan import Finding, Posted, Posting, Reason


def results_of(records: Mapping[str, Record]) -> Posted:
    """What is in the books, of a chain as the ledger knows it, in the sequence of sending.

    An order's postings are sent one after the other: what was sent first was booked first. Each
    result bears the digest of the lines that it was sent with.
    """
    done = [
        (record.turn, replace(record.result, effect=record.effect))
        for record in records.values()
        if record.state is State.DONE and record.result is not None
    ]
    return {key: result for (_, key), result in sorted(done, key=lambda each: each[0])}


class Applier:
    """Applies postings of one company, in their order, and stops at the first that cannot be.

    What stops it is in the outcome; nothing is raised for anything that Sage or another worker may
    do. Every step is written to the ledger first, so that a crash at any point, and any repetition
    of `apply` with the same postings, leads to one document each.
    """

    def __init__(
        self,
        ledger: Ledger,
        books: Books,
        *,
        clock: Clock,
        ids: IdMaker,
        hard_unique: Collection[str] = (),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`hard_unique` are the kinds whose document number this company's Sage keeps unique.

        Only where that was proved by a set-up check: it allows to send again without waiting out
        the settle window. `pause` (seconds) lies between the two look-ups that prove absence.
        """
        resolver = Resolver(books, clock=clock, hard_unique=hard_unique, pause=pause)
        self._clock = clock
        self._sender = Sender(ledger, books, clock=clock, ids=ids, resolver=resolver)

    def apply(
        self,
        pk: str,
        postings: Sequence[Posting],
        posted: Posted,
        deadline: datetime,
        *,
        records: Mapping[str, Record] | None = None,
        reopen_by: str = "",
    ) -> Outcome:
        """Bring each posting into the books that is not in `posted`, in the order given.

        Each request travels alone; `steps` is for those who have several orders at hand.

        Args:
            pk: the ledger partition of the order, customer or day.
            postings: in dependency order.
            posted: what is known to be in the books; references may point there.
            deadline: when this process must have ended; nothing is sent in the last 45 seconds.
            records: the partition as just read; leave out to do without that read.
            reopen_by: the person who says that what was refused shall be tried again (T7).
        """
        steps = self.steps(pk, postings, posted, deadline, records=records, reopen_by=reopen_by)
        return drive_one(steps, clock=self._clock)

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
        """The same as `apply`, for `shared.ledger.driving`: it asks, and the driver sends.

        `moves_dates`: a posting that Sage refuses since its period is closed is made ready again
        and the outcome parked for `PERIOD_CLOSED`: the caller plans another date for it. After an
        invoice that Sage taxed otherwise the outcome is parked for `TAXED`: what settles it was
        planned for another amount.
        """
        run = Run(
            pk=pk,
            deadline=deadline,
            results=dict(posted),
            records=dict(records or {}),
            reopen_by=reopen_by,
            moves_dates=moves_dates,
        )
        missing = [posting for posting in postings if posting.key not in run.results]
        for position, posting in enumerate(missing):
            halt = self._blocked(run, posting)
            if halt is None:
                following = missing[position + 1] if position + 1 < len(missing) else None
                halt = yield from self._sender.post(run, posting, following)
            if halt is None and is_taxed_otherwise(posting, run.results.get(posting.key)):
                halt = park(TAXED, self._clock())
            if halt is not None:
                return _stopped(run, posting, halt)
        return Outcome(OutcomeKind.COMPLETE, run.results, tuple(run.done))

    def settle(
        self, pk: str, posting: Posting, deadline: datetime, *, records: Mapping[str, Record]
    ) -> Steps[Outcome]:
        """End the doubt about a posting that nobody wants any more, without ever sending it.

        COMPLETE where it was not in doubt, is in the books, or is proved not to be: then it is
        ready, and may be made anew. Arguments as of `apply`.
        """
        run = Run(pk=pk, deadline=deadline, results={}, records=dict(records))
        halt = yield from self._sender.settle(run, posting)
        if halt is not None:
            return _stopped(run, posting, halt)
        return Outcome(OutcomeKind.COMPLETE, run.results, tuple(run.done))

    @staticmethod
    def _blocked(run: Run, posting: Posting) -> Halt | None:
        """Why the posting cannot come now though all before it are done: a defect of the plan."""
        wanted = (*posting.needs, *references(posting.document))
        missing = [key for key in wanted if key not in run.results]
        if not missing:
            return None
        finding = Finding(
            reason=Reason.UNKNOWN,
            place=posting.key,
            message=f"needs what nobody plans: {', '.join(missing)}",
        )
        return Halt(OutcomeKind.HELD, finding.reason.value, findings=(finding,))


def _stopped(run: Run, posting: Posting, halt: Halt) -> Outcome:
    return Outcome(
        kind=halt.kind,
        results=run.results,
        done=tuple(run.done),
        key=posting.key,
        reason=halt.reason,
        due_at=halt.due_at,
        findings=halt.findings,
        is_outage=halt.is_outage,
    )
