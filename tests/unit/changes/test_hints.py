"""What Sage tells itself is looked at soon, once, and within the month's reads; never believed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from intacct.events import RecordEvent
from intacct.limits import Tier
from intacct.reading import Kept
from shared.changes.hints import Heard, is_ahead, keep_all, places_meant
from shared.changes.pace import Place, cost_of, pace_of
from shared.changes.ports import Known
from shared.changes.pulling import MOST_LISTS
from shared.policy.changes import ChangePolicy, EventPolicy
from shared.postings.findings import Reason
from tests.unit.changes.memory import MemoryHints
from tests.unit.changes.rig import Rig, tenant

CUSTOMERS = Place("", Kept.CUSTOMER)
MINUTE = 60.0
CHANGED = RecordEvent(Kept.CUSTOMER)
DELETED = RecordEvent(Kept.CUSTOMER, is_deletion=True)


def told_rig(*, pull: bool = False, kinds: frozenset[Kept] = frozenset({Kept.CUSTOMER})) -> Rig:
    """A company of which Sage tells changes itself; everything was read a moment ago."""
    rig = Rig(kinds)
    events = EventPolicy(webhooks=not pull, pull=pull)
    rig.tenant = rig.tenant.model_copy(update={"changes": ChangePolicy(events=events)})
    rig.names.named[CUSTOMERS] = [Known("1", "customer-1"), Known("2", "customer-2")]
    rig.names.kinds = kinds
    for key in ("1", "2"):
        rig.company.write(Kept.CUSTOMER, key)
    rig.clock.pass_time(5 * MINUTE)
    assert rig.run()
    rig.clock.pass_time(15 * MINUTE)
    assert rig.run() == []
    rig.company.asked.clear()
    return rig


def hint(rig: Rig, *events: RecordEvent) -> frozenset[Place]:
    return keep_all(rig.hints, rig.tenant, events, rig.clock())


def test_what_is_hinted_at_is_read_by_the_next_run_and_not_by_its_pace() -> None:
    rig = told_rig()
    rig.company.write(Kept.CUSTOMER, "2")
    hint(rig, CHANGED)
    rig.clock.pass_time(5 * MINUTE)

    (report,) = rig.run()

    assert (report.place, report.outcome.value, rig.handler.told[-1]) == (
        CUSTOMERS, "complete", "2",
    )  # fmt: skip
    rig.clock.pass_time(15 * MINUTE)
    assert rig.run() == []


def test_a_hint_is_no_change_the_record_is_read() -> None:
    rig = told_rig()
    before = list(rig.handler.told)
    hint(rig, CHANGED, DELETED)
    rig.clock.pass_time(60 * MINUTE)

    rig.run()

    assert rig.company.asked["changes customer"] == 1
    assert (rig.handler.buried, rig.handler.told) == ([], before)


def test_hints_by_the_hundred_cost_one_reading_each_ten_minutes() -> None:
    rig = told_rig()

    for _ in range(60):
        hint(rig, *[CHANGED] * 100)
        rig.clock.pass_time(MINUTE)
        rig.run()

    assert rig.company.asked["changes customer"] in (6, 7)


def test_a_reading_that_may_have_missed_the_record_is_made_once_more() -> None:
    """Sage shows a change later than it tells it: the reading a minute on did not have it yet."""
    rig = told_rig()
    hint(rig, CHANGED)
    rig.clock.pass_time(MINUTE)
    rig.run()
    rig.company.write(Kept.CUSTOMER, "1")

    rig.clock.pass_time(10 * MINUTE)
    (report,) = rig.run()

    assert report.changes == 1
    rig.clock.pass_time(10 * MINUTE)
    assert rig.run() == []


def test_a_deletion_has_keys_compared_and_is_believed_by_the_usual_rules_only() -> None:
    rig = told_rig()
    rig.clock.pass_time(60 * MINUTE)
    rig.company.delete(Kept.CUSTOMER, "1")
    hint(rig, DELETED)

    (report,) = rig.run()

    assert (report.compared, report.gone, rig.handler.lost) == (2, 1, ["1"])
    rig.company.hidden = {(Kept.CUSTOMER, "2")}
    hint(rig, DELETED)
    rig.clock.pass_time(61 * MINUTE)
    (report,) = rig.run()
    assert (report.gone, report.held) == (0, 1)


def test_repeated_and_late_deliveries_change_nothing() -> None:
    clock_times = [datetime(2026, 3, 2, 12, minute, tzinfo=UTC) for minute in range(3)]
    kept = set()
    for order in itertools.permutations(clock_times):
        store = MemoryHints()
        for at in (*order, *order):
            keep_all(store, tenant(), [CHANGED], at)
        kept.add(store.of_tenant(tenant().id).places[CUSTOMERS])

    assert kept == {Heard(clock_times[-1])}


def test_hints_are_followed_only_while_the_months_reads_are_ahead() -> None:
    rig = told_rig()
    hint(rig, CHANGED)
    rig.clock.pass_time(20 * MINUTE)
    rig.background.remaining = 100
    assert rig.run() == []
    rig.background.remaining = 5_000

    (report,) = rig.run()

    assert report.outcome.value == "complete"


@pytest.mark.parametrize(
    ("day", "left", "is_it"),
    [(1, 5_000, True), (1, 4_838, False), (15, 2_581, True), (15, 2_580, False), (31, 1, True),
     (31, 0, False)],
)  # fmt: skip
def test_a_month_is_ahead_while_its_days_used_no_more_than_their_share(
    day: int, left: int, *, is_it: bool
) -> None:
    assert is_ahead(left, datetime(2026, 3, day, 12, tzinfo=UTC)) is is_it


def test_a_tenant_that_wants_no_events_is_not_hurried() -> None:
    rig = told_rig()
    hint(rig, CHANGED)
    rig.tenant = rig.tenant.model_copy(update={"changes": ChangePolicy()})
    rig.clock.pass_time(20 * MINUTE)

    assert rig.run() == []


@pytest.mark.parametrize(
    ("event", "places"),
    [
        (RecordEvent(Kept.CUSTOMER, entity="100"), [CUSTOMERS]),
        (RecordEvent(Kept.AR_INVOICE, entity="100"), [Place("100", Kept.AR_INVOICE)]),
        (RecordEvent(Kept.AR_INVOICE), [Place("100", Kept.AR_INVOICE)]),
        (RecordEvent(Kept.AR_INVOICE, entity="999"), []),
        (RecordEvent(Kept.CUSTOMER, user="ws"), []),
        (RecordEvent(Kept.CUSTOMER, user="jane"), [CUSTOMERS]),
    ],
)
def test_an_event_means_the_places_where_its_record_is_read(
    event: RecordEvent, places: list[Place]
) -> None:
    plain = tenant()
    intacct = plain.intacct.model_copy(update={"user_id": "ws"})

    assert list(places_meant(plain.model_copy(update={"intacct": intacct}), event)) == places


def test_a_pulled_queue_stands_for_most_readings() -> None:
    rig = told_rig(pull=True)
    pulls = rig.queue.pulls

    for _ in range(12 * 12):
        rig.clock.pass_time(5 * MINUTE)
        rig.run()

    assert rig.queue.pulls - pulls == 24
    assert not rig.company.asked
    rig.queue.lists = [(CHANGED,), (RecordEvent(Kept.ITEM),)]
    rig.clock.pass_time(30 * MINUTE)
    (report,) = rig.run()
    assert (report.place, rig.queue.lists) == (CUSTOMERS, [])


def test_a_queue_that_cannot_be_pulled_stands_for_nothing() -> None:
    rig = told_rig(pull=True)
    rig.queue.is_broken = True
    pulls = rig.queue.pulls

    for _ in range(12 * 12):
        rig.clock.pass_time(5 * MINUTE)
        rig.run()

    assert rig.queue.pulls - pulls in (11, 12)
    assert rig.company.asked["changes customer"] >= 5


def test_a_lost_acknowledgement_tells_events_twice_and_loses_none() -> None:
    rig = told_rig(pull=True)
    rig.queue.lists, rig.queue.loses_acks = [(CHANGED,)], 1
    rig.company.write(Kept.CUSTOMER, "1")
    rig.clock.pass_time(30 * MINUTE)

    (report,) = rig.run()

    assert report.changes == 1
    assert rig.queue.lists == [(CHANGED,)]
    rig.clock.pass_time(61 * MINUTE)
    rig.run()
    assert rig.queue.lists == []


def test_a_long_queue_is_pulled_a_part_at_a_time() -> None:
    rig = told_rig(pull=True)
    rig.queue.lists = [(CHANGED,)] * (2 * MOST_LISTS - 5)
    rig.clock.pass_time(30 * MINUTE)

    rig.run()
    assert len(rig.queue.lists) == MOST_LISTS - 5
    rig.clock.pass_time(5 * MINUTE)
    rig.run()

    assert rig.queue.lists == []


def test_no_queue_is_pulled_when_the_months_reads_are_used_up() -> None:
    rig = told_rig(pull=True)
    rig.background.remaining = 2 * MOST_LISTS
    pulls = rig.queue.pulls
    rig.clock.pass_time(30 * MINUTE)

    rig.run()

    assert rig.queue.pulls == pulls


def test_pulling_costs_less_than_the_readings_that_it_stands_for() -> None:
    tier = Tier.ONE
    places = Rig().poller.places(tenant())

    blind, pulled = cost_of(tier, places, {}), cost_of(tier, places, {}, is_pulled=True)

    assert pulled.polls == 48 + len(places) < blind.polls
    many = [replace(place, entity=str(number)) for number in range(100) for place in places]
    assert cost_of(tier, many, {}, is_pulled=True).polls <= 100.01
    assert pace_of(tier, many, is_pulled=True).masters > pace_of(tier, places).masters


def test_a_queue_that_sage_refuses_is_told_to_people_until_it_is_pulled() -> None:
    rig = told_rig(pull=True)
    rig.queue.is_refused = True
    rig.clock.pass_time(30 * MINUTE)
    rig.run()
    (review,) = rig.reviews.all("acme")
    assert (review.subject, review.reasons) == ("changes::queue", (Reason.REFUSED_BY_SAGE,))
    assert "GW-0010" in review.findings[0].message

    rig.queue.is_refused = False
    rig.clock.pass_time(61 * MINUTE)
    rig.run()

    assert not rig.reviews.is_open("acme", "changes::queue")


def test_a_queue_that_nobody_answered_for_is_no_case_for_a_person() -> None:
    rig = told_rig(pull=True)
    rig.queue.is_broken = True
    rig.clock.pass_time(30 * MINUTE)

    rig.run()

    assert list(rig.reviews.all("acme")) == []
