"""Deletions are told from blindness, for every kind, and nothing happens to many records unseen."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from intacct.reading import Kept, Standing
from shared.changes.comparing import Sight
from shared.changes.pace import KEYS_A_CALL, MASTERS, MOST_CALLS, SLOW_MASTERS, Place
from shared.changes.poller import Wanted
from shared.changes.ports import How, Known
from shared.changes.reports import Outcome, PlaceReport
from shared.policy.changes import ChangePolicy
from tests.unit.changes.rig import Rig

HOUR = 3600.0
BY_ID = [Kept.CONTACT, Kept.WAREHOUSE]


def place_of(kind: Kept) -> Place:
    return Place("" if kind in (*MASTERS, *SLOW_MASTERS) else "100", kind)


def knowing(kind: Kept, count: int, *, others: int = 0) -> Rig:
    """A rig of that one kind: records that we know, and some of somebody else's.

    Contacts and warehouses are known by their ids alone.
    """
    rig = Rig(frozenset({kind}))
    rig.names.named[place_of(kind)] = [
        Known("" if kind in BY_ID else str(number), f"{kind.value}-{number}")
        for number in range(count)
    ]
    for number in range(count + others):
        rig.company.write(kind, str(number))
    rig.names.kinds = frozenset({kind})
    return rig


def name_of(kind: Kept, number: int) -> str:
    return f"{kind.value}-{number}" if kind in BY_ID else str(number)


def forget(rig: Rig, kind: Kept, number: int) -> None:
    """What handlers of contacts do with one that is gone."""
    if kind is Kept.CONTACT:
        gone = Known("", f"contact-{number}")
        rig.names.named[place_of(kind)].remove(gone)


def look(rig: Rig) -> PlaceReport:
    """One comparison, a day after the one before."""
    rig.clock.pass_time(25 * HOUR)
    (report,) = rig.run(Wanted(looks=True, is_forced=True))
    return report


def subject(kind: Kept) -> str:
    place = place_of(kind)
    return f"changes:{place.entity}:{kind.value}"


@pytest.mark.parametrize("kind", list(Kept))
def test_a_deletion_is_told_once_with_what_the_audit_history_knows(kind: Kept) -> None:
    rig = knowing(kind, 3)
    assert (look(rig).compared, rig.handler.buried) == (3, [])
    rig.company.delete(kind, "1")

    first = look(rig)
    forget(rig, kind, 1)
    second = look(rig)

    ((entity, gone),) = rig.handler.buried
    assert (entity, gone.kind, gone.key or gone.id) == (
        place_of(kind).entity, kind, name_of(kind, 1),
    )  # fmt: skip
    audited = kind is not Kept.WAREHOUSE  # the history names a warehouse by its key
    told = (How.AUDITED, "boss") if audited else (How.ABSENT, "")
    assert (gone.how, gone.deleted_by, gone.id) == (*told, f"{kind.value}-1")
    assert (first.gone, second.gone) == (1, 0)
    assert not rig.reviews.is_open("acme", subject(kind))


@pytest.mark.parametrize("kind", list(Kept))
def test_a_deletion_is_told_without_the_audit_history_too(kind: Kept) -> None:
    rig = knowing(kind, 3)
    rig.company.audit_denied = True
    rig.company.delete(kind, "2")

    look(rig)

    ((_, gone),) = rig.handler.buried
    assert (gone.key or gone.id) == name_of(kind, 2)
    assert (gone.how, gone.deleted_at) == (How.ABSENT, None)


@pytest.mark.parametrize("kind", list(Kept))
def test_a_permission_that_was_removed_is_no_deletion(kind: Kept) -> None:
    """Sage refuses the read."""
    rig = knowing(kind, 3)
    look(rig)
    rig.company.denied = {kind}

    report = look(rig)

    assert (report.outcome, rig.handler.buried) == (Outcome.UNSEEN, [])
    assert rig.reviews.is_open("acme", subject(kind))
    rig.company.denied = set()
    look(rig)
    assert (rig.handler.buried, rig.reviews.is_open("acme", subject(kind))) == ([], False)


@pytest.mark.parametrize("kind", list(Kept))
def test_records_that_the_role_does_not_show_are_no_deletions(kind: Kept) -> None:
    """Sage answers with nothing, and the probe finds that the right is missing."""
    rig = knowing(kind, 3, others=5)
    rig.company.hidden = {(kind, "0")}
    rig.sight = Sight.BLIND

    report = look(rig)

    assert (report.outcome, rig.handler.buried) == (Outcome.UNSEEN, [])
    assert rig.probed == [place_of(kind)]


@pytest.mark.parametrize("kind", list(Kept))
def test_when_nothing_of_a_kind_is_shown_a_person_decides(kind: Kept) -> None:
    """The probe sees no trouble, and yet not one record of the kind is left."""
    rig = knowing(kind, 3)
    rig.company.hidden = set(rig.company.records)

    report = look(rig)

    assert (report.held, rig.handler.buried) == (3, [])
    assert rig.reviews.is_open("acme", subject(kind))
    rig.company.hidden = set()
    assert look(rig).held == 0
    assert not rig.reviews.is_open("acme", subject(kind))


@pytest.mark.parametrize("kind", list(Kept))
def test_what_a_probe_cannot_tell_waits_unless_the_audit_history_does(kind: Kept) -> None:
    rig = knowing(kind, 4, others=2)
    rig.sight = Sight.UNCLEAR
    rig.company.delete(kind, "1", audited=False)

    held = look(rig)
    assert (held.held, rig.handler.buried) == (1, [])
    rig.company.write(kind, "1")
    look(rig)
    rig.company.delete(kind, "1", as_we_know_it=True)
    look(rig)

    assert rig.handler.lost == [name_of(kind, 1)]


@pytest.mark.parametrize("is_audited", [True, False])
def test_more_than_the_bound_waits_for_a_person_even_if_the_audit_history_tells_it(
    *, is_audited: bool
) -> None:
    rig = knowing(Kept.CUSTOMER, 40)
    for number in range(21):
        rig.company.delete(Kept.CUSTOMER, str(number), audited=is_audited)

    report = look(rig)

    assert (report.held, rig.handler.buried) == (21, [])
    (review,) = rig.reviews.all("acme")
    assert "21 of 40 records" in review.findings[0].message
    assert "ops changes confirm" in review.findings[0].hint


def test_the_bound_is_the_tenants() -> None:
    rig = knowing(Kept.CUSTOMER, 40)
    bound = ChangePolicy(gone_at_once=1, gone_percent=5)
    rig.tenant = rig.tenant.model_copy(update={"changes": bound})
    rig.company.delete(Kept.CUSTOMER, "0")
    rig.company.delete(Kept.CUSTOMER, "1")
    assert look(rig).gone == 2

    for key in ("2", "3", "4"):
        rig.company.delete(Kept.CUSTOMER, key)

    assert (look(rig).held, rig.handler.lost) == (3, ["0", "1"])


def test_what_a_person_confirmed_is_gone_and_nothing_else() -> None:
    rig = knowing(Kept.CUSTOMER, 60, others=1)
    for number in range(30):
        rig.company.delete(Kept.CUSTOMER, str(number), audited=False)
    look(rig)
    place = place_of(Kept.CUSTOMER)
    rig.company.write(Kept.CUSTOMER, "7")
    for number in range(30, 55):
        rig.company.delete(Kept.CUSTOMER, str(number), audited=False)

    held = rig.tombstones.held("acme", place)
    assert held is not None
    rig.tombstones.confirm("acme", held, by="ann", at=rig.clock())
    report = look(rig)

    assert rig.handler.lost == sorted(str(number) for number in range(30) if number != 7)
    assert (report.gone, report.held) == (29, 25)
    waiting = rig.tombstones.held("acme", place)
    assert waiting is not None
    assert not waiting.is_confirmed
    assert {one.key for one in waiting.records} == {str(number) for number in range(30, 55)}


def test_a_lost_permission_outweighs_a_confirmation() -> None:
    rig = knowing(Kept.CUSTOMER, 30)
    rig.company.hidden = set(rig.company.records)
    look(rig)
    held = rig.tombstones.held("acme", place_of(Kept.CUSTOMER))
    assert held is not None
    rig.tombstones.confirm("acme", held, by="ann", at=rig.clock())
    rig.sight = Sight.BLIND

    assert look(rig).outcome is Outcome.UNSEEN
    assert rig.handler.buried == []


def test_what_is_shown_again_is_told_and_may_go_again() -> None:
    rig = knowing(Kept.CUSTOMER, 3)
    rig.company.delete(Kept.CUSTOMER, "1", audited=False)
    look(rig)
    rig.handler.heard.clear()
    rig.clock.pass_time(HOUR)
    rig.company.write(Kept.CUSTOMER, "1")

    assert look(rig).back == 1
    assert "1" in rig.handler.told
    rig.company.delete(Kept.CUSTOMER, "1", audited=False)
    look(rig)

    assert rig.handler.lost == ["1", "1"]


def test_a_handler_that_failed_is_told_again() -> None:
    rig = knowing(Kept.ITEM, 3)
    look(rig)
    rig.company.delete(Kept.ITEM, "1")
    rig.handler.failures = 1

    assert look(rig).outcome is Outcome.FAILED
    assert not rig.tombstones.stones
    look(rig)

    assert rig.handler.lost == ["1"]


def test_many_keys_are_compared_over_several_nights_within_their_budget() -> None:
    most = MOST_CALLS * KEYS_A_CALL
    rig = knowing(Kept.CUSTOMER, most + 10)
    rig.company.delete(Kept.CUSTOMER, str(most + 5), audited=False)

    nights = [look(rig) for _ in range(3)]

    assert [one.compared for one in nights] == [most, 10, most]
    assert [one.gone for one in nights] == [0, 1, 0]
    assert rig.company.asked["standings customer"] == 2 * MOST_CALLS + 1


def test_the_audit_history_tells_of_keys_whose_turn_is_later() -> None:
    most = MOST_CALLS * KEYS_A_CALL
    rig = knowing(Kept.CUSTOMER, most + 10)
    rig.company.delete(Kept.CUSTOMER, str(most + 5))

    look(rig)

    assert rig.handler.lost == [str(most + 5)]


def test_without_anything_missing_neither_role_nor_history_is_asked() -> None:
    rig = knowing(Kept.PAYMENT, 3)

    look(rig)

    assert rig.probed == []
    assert set(rig.company.asked) == {"changes payment", "standings payment"}


def test_a_contact_that_was_made_anew_and_deleted_once_more_is_told_again() -> None:
    """Its id is the same, and nobody looked while it was there."""
    rig = knowing(Kept.CONTACT, 3)
    known = list(rig.names.named[place_of(Kept.CONTACT)])
    rig.company.delete(Kept.CONTACT, "1", audited=False)
    look(rig)
    forget(rig, Kept.CONTACT, 1)
    look(rig)
    assert rig.handler.lost == ["contact-1"]

    rig.names.named[place_of(Kept.CONTACT)] = known
    look(rig)

    assert rig.handler.lost == ["contact-1", "contact-1"]


def test_a_warehouse_that_is_named_on_is_told_once_and_told_when_it_is_back() -> None:
    rig = knowing(Kept.WAREHOUSE, 3)
    rig.company.delete(Kept.WAREHOUSE, "1", audited=False)

    assert [look(rig).gone for _ in range(3)] == [1, 0, 0]
    rig.company.write(Kept.WAREHOUSE, "1")
    assert look(rig).back == 1
    rig.company.delete(Kept.WAREHOUSE, "1", audited=False)
    assert look(rig).gone == 1


@pytest.mark.parametrize("kind", BY_ID)
def test_a_person_confirms_what_is_known_by_its_id_alone(kind: Kept) -> None:
    rig = knowing(kind, 30, others=1)
    for number in range(25):
        rig.company.delete(kind, str(number), audited=False)
    assert (look(rig).held, rig.handler.buried) == (25, [])
    held = rig.tombstones.held("acme", place_of(kind))
    assert held is not None
    rig.tombstones.confirm("acme", held, by="ann", at=rig.clock())

    assert look(rig).gone == 25
    assert set(rig.handler.lost) == {name_of(kind, number) for number in range(25)}


def test_another_record_of_nearly_the_same_id_is_not_taken_for_ours() -> None:
    """Sage may compare ids without regard to capitals; ours are compared as they are."""
    rig = knowing(Kept.CONTACT, 3)
    shown = rig.company.standings_by_id

    def loosely(kind: Kept, ids: Iterable[str]) -> list[Standing]:
        known = {one.lower() for one in ids}
        return [one for one in rig.company._shown(kind) if one.id.lower() in known]

    rig.company.delete(Kept.CONTACT, "1", audited=False)
    rig.company.write(Kept.CONTACT, "9", id="CONTACT-1")
    rig.company.standings_by_id = loosely  # type: ignore[method-assign]

    look(rig)

    assert rig.handler.lost == ["contact-1"]
    assert shown(Kept.CONTACT, ["contact-1"]) == []
