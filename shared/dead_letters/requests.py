"""What the `dlq_redrive` function is asked, and what it answers; both travel as JSON."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from shared.dead_letters.letters import Letter
from shared.dead_letters.queues import DeadQueue
from shared.dead_letters.redrive import Moved, Pace, Redriver, Wanted
from shared.postings.findings import Reason

MOST_SHOWN = 100
"""How many letters an answer names; the counts are of all."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Shown(_Model):
    """One letter in ids and codes."""

    id: str
    tenant: str
    store: str
    order: str
    redrives: int


class RedriveReport(_Model):
    """What was planned and what was done.

    Call again while `is_finished` is false, unless `stopped` says why it is of no use.
    """

    queue: str
    is_dry_run: bool
    planned: int
    moved: int
    is_finished: bool
    stopped: str
    letters: tuple[Shown, ...]

    def counts(self) -> dict[str, int | bool]:
        """The figures without the letters, for a log."""
        return {"planned": self.planned, "moved": self.moved, "is_finished": self.is_finished}


class RedriveRequest(_Model):
    """Which letters of which queue go again, how fast, who says so and why."""

    queue: str = Field(min_length=1)
    by: str = Field(min_length=1, max_length=200)
    why: str = Field(min_length=1, max_length=500)
    tenant: str = ""
    store: str = ""
    order: str = ""
    reason: Reason | None = None
    id: str = ""
    older_than_seconds: int = Field(default=0, ge=0)
    limit: int = Field(default=1000, ge=1, le=10_000)
    per_second: float = Field(default=2.0, ge=0.2, le=50.0)
    most_waiting: int = Field(default=50, ge=1)
    most_redrives: int = Field(default=3, ge=1)
    dry_run: bool = True

    def carry_out(
        self, redriver: Redriver, queue: DeadQueue, *, deadline: datetime
    ) -> RedriveReport:
        """Plan, and move what was planned unless it is a dry run.

        Raises:
            NoQueueError: the letters are failed runs of a schedule.
            botocore.exceptions.ClientError: AWS failed; repeat the request.
        """
        planned = redriver.plan(
            queue, self._wanted(), limit=self.limit, most_redrives=self.most_redrives
        )
        done = Moved(0)
        if not self.dry_run:
            pace = Pace(self.per_second, self.most_waiting)
            done = redriver.redrive(queue, planned, pace=pace, why=self.why, deadline=deadline)
        return RedriveReport(
            queue=self.queue,
            is_dry_run=self.dry_run,
            planned=len(planned),
            moved=done.moved,
            is_finished=done.is_finished,
            stopped=done.stopped,
            letters=tuple(_shown(one) for one in planned[:MOST_SHOWN]),
        )

    def _wanted(self) -> Wanted:
        age = timedelta(seconds=self.older_than_seconds) if self.older_than_seconds else None
        return Wanted(
            tenant=self.tenant,
            store=self.store,
            order=self.order,
            reason=self.reason.value if self.reason else "",
            id=self.id,
            older_than=age,
        )


def _shown(one: Letter) -> Shown:
    return Shown(
        id=one.id, tenant=one.tenant, store=one.store, order=one.order_id, redrives=one.redrives
    )
