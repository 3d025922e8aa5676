"""Names that a document uses and the company does not are told before an order is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from intacct.errors import IntacctError, OutcomeUnknownError, PermissionDeniedError
from intacct.names import NameKind, NameState
from shared.changes.names import EVERY, SUBJECT, NamesOutcome, NamesWatch
from shared.policy.changes import ChangePolicy
from shared.tenants.against import NamesAnswer, NamesRequest, Unusable
from shared.tenants.models import Tenant
from tests.fakes import FakeClock, MemoryReviews
from tests.paging.memory import MemoryCheckpoints
from tests.unit.changes.rig import Background, tenant


@dataclass
class Rig:
    """A watch over a company that lacks `unusable`."""

    unusable: tuple[Unusable, ...] = ()
    error: IntacctError | None = None
    asked: list[NamesRequest] = field(default_factory=list)
    tenant: Tenant = field(default_factory=tenant)

    def __post_init__(self) -> None:
        self.clock, self.reviews, self.background = FakeClock(), MemoryReviews(), Background()
        self.watch = NamesWatch(
            self._look_up,
            MemoryCheckpoints(),
            self.background,  # type: ignore[arg-type]  # a stand-in
            self.reviews,
            clock=self.clock,
        )

    def _look_up(self, _: Tenant, request: NamesRequest) -> NamesAnswer:
        self.asked.append(request)
        if self.error:
            raise self.error
        return NamesAnswer(unusable=self.unusable, calls=1)

    def run(self) -> NamesOutcome:
        return self.watch.run(self.tenant).outcome


def lacking(count: int, state: NameState = NameState.INACTIVE) -> tuple[Unusable, ...]:
    return tuple(
        Unusable(entity="100", kind=NameKind.ACCOUNT, name=str(4000 + number), state=state)
        for number in range(count)
    )


def test_names_are_looked_up_once_a_day_and_told_until_they_can_be_used() -> None:
    rig = Rig(lacking(1))

    assert (rig.run(), rig.run()) == (NamesOutcome.LOOKED, NamesOutcome.NOT_DUE)
    (review,) = rig.reviews.all("acme")
    assert (review.subject, review.findings[0].place) == (SUBJECT, "100 account 4000")
    assert review.findings[0].message == "is inactive in Sage Intacct"
    assert "100" in rig.asked[0].names[""][NameKind.ENTITY]
    rig.unusable = ()
    rig.clock.pass_time(EVERY.total_seconds())
    rig.run()

    assert not rig.reviews.is_open("acme", SUBJECT)
    assert len(rig.asked) == 2


def test_of_many_names_the_first_are_told_and_the_rest_counted() -> None:
    rig = Rig(lacking(40, NameState.ABSENT))

    rig.run()

    (review,) = rig.reviews.all("acme")
    assert len(review.findings) == 31
    assert review.findings[-1].message == "and 10 more names"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (PermissionDeniedError("no"), NamesOutcome.UNSEEN),
        (OutcomeUnknownError("timed out"), NamesOutcome.FAILED),
    ],
)
def test_what_cannot_be_asked_concludes_nothing_and_is_asked_again_tomorrow(
    error: IntacctError, outcome: NamesOutcome
) -> None:
    rig = Rig(lacking(1))
    rig.run()
    rig.error, rig.unusable = error, ()
    rig.clock.pass_time(EVERY.total_seconds())

    assert (rig.run(), rig.run()) == (outcome, NamesOutcome.NOT_DUE)
    assert rig.reviews.is_open("acme", SUBJECT)


def test_without_reads_left_or_where_nothing_is_polled_no_name_is_asked() -> None:
    rig = Rig()
    rig.background.remaining = 0
    assert rig.run() is NamesOutcome.BUDGET
    rig.background.remaining = 5_000
    rig.tenant = rig.tenant.model_copy(update={"changes": ChangePolicy(is_polled=False)})

    assert rig.run() is NamesOutcome.NOT_DUE
    assert rig.asked == []
    assert timedelta(hours=24) == EVERY
