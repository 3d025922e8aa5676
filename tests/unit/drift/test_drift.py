"""Documents that people change in Sage are found in one cycle, told apart, and offered once."""

from __future__ import annotations

from datetime import date

import pytest

from intacct.errors import PermissionDeniedError
from intacct.reading import Kept
from shared.changes.ports import Change, How
from shared.drift.deciding import DecidedError
from shared.drift.noticing import words_of
from shared.drift.records import Drift, DriftStatus, What, drift_subject
from shared.ledger.document_index import Place
from shared.postings.plan import PostingKind
from shared.reconciliation.differences import Cause
from shared.reconciliation.statement import Verdict
from tests.accounting.lives import order_a, order_a_one_tee_restocked
from tests.unit.drift.rig import Rig
from tests.unit.reconciliation.world import TENANT, order_facts

ON, LAST = date(2026, 3, 2), date(2026, 3, 7)
ORDER_KINDS = (
    PostingKind.INVOICE,
    PostingKind.ADVANCE,
    PostingKind.ADVANCE_APPLICATION,
    PostingKind.CREDIT_MEMO,
)
LEDGER_KINDS = (*ORDER_KINDS, PostingKind.GL_BATCH)
EVERY_KIND = (*LEDGER_KINDS, PostingKind.SALES_ORDER)


@pytest.fixture
def rig() -> Rig:
    """An order that was paid, shipped and partly returned, and a day of the outlet's journal."""
    return company()


@pytest.fixture(scope="module")
def calm() -> Rig:
    """The same, for tests that leave it as it is."""
    return company()


def company() -> Rig:
    made = Rig()
    made.sell(order_facts("1001", order_a_one_tee_restocked().stages[-1]))
    made.sell(order_facts("7001", order_a().stages[-1]), store="outlet")
    made.company.clock.advance(5 * 86_400)
    made.export(ON)
    return made


def test_what_we_posted_ourselves_is_no_drift(calm: Rig) -> None:
    for kind in EVERY_KIND:
        calm.poll(calm.posted(kind))
        assert calm.told[-1].looked_at == 1

    assert calm.found == []
    assert calm.open_reviews() == []


def polled(rig: Rig, kind: PostingKind) -> Drift:
    """The drift of the first document of a kind once the poller told of it."""
    record = rig.posted(kind)
    rig.poll(record)
    drift = rig.drifts.load(TENANT, record.key)
    assert drift is not None, kind
    return drift


def test_an_edited_amount_is_found_and_shown_member_by_member(rig: Rig) -> None:
    for kind in LEDGER_KINDS:
        record = rig.posted(kind)
        rig.edit_amount(record)

        drift = polled(rig, kind)

        assert (drift.what, drift.status) == (What.EDITED, DriftStatus.OPEN)
        assert (drift.place.key, drift.number) == (record.key, record.document_number)
        assert drift.changed_by == "99"
        assert any(one.account for one in drift.differences)
        assert all(one.sent and one.found and one.sent != one.found for one in drift.differences)
        assert drift_subject(record.key) in rig.open_reviews()
    assert len(rig.found) == len(LEDGER_KINDS)


def test_an_edited_date_is_found(rig: Rig) -> None:
    for kind in EVERY_KIND:
        rig.edit_date(rig.posted(kind), date(2026, 3, 30))

        drift = polled(rig, kind)

        (told,) = [one for one in drift.differences if one.member == "date"]
        assert (drift.what, told.found) == (What.EDITED, "2026-03-30")
        assert words_of(told) == f"date: {told.sent} -> 2026-03-30"


def test_an_edited_account_is_found_by_the_lines_though_the_head_is_as_it_was(rig: Rig) -> None:
    for kind in LEDGER_KINDS:
        was = rig.edit_account(rig.posted(kind))

        drift = polled(rig, kind)

        assert {one.account for one in drift.differences} == {was, "7900"}
        assert drift.what is What.EDITED


def test_a_document_that_somebody_reversed_is_told_apart_from_an_edited_one(rig: Rig) -> None:
    for kind in EVERY_KIND:
        rig.edit(rig.posted(kind), state="reversed")

        assert polled(rig, kind).what is What.REVERSED


@pytest.mark.parametrize("how", How)
def test_a_deleted_document_is_told_with_who_deleted_it(rig: Rig, how: How) -> None:
    for kind in EVERY_KIND:
        record = rig.posted(kind)
        rig.delete(record)

        rig.tell_gone(record, how, by="ada" if how is How.AUDITED else "")

        drift = rig.drifts.load(TENANT, record.key)
        assert drift is not None
        assert drift.what is What.DELETED
        assert drift.changed_by == ("ada" if how is How.AUDITED else "")


def test_what_is_told_to_be_gone_and_is_there_is_no_drift(calm: Rig) -> None:
    for kind in EVERY_KIND:
        calm.tell_gone(calm.posted(kind))

    assert calm.found == []


def test_what_is_not_shown_although_it_changed_is_no_deletion(rig: Rig) -> None:
    for kind in EVERY_KIND:
        record = rig.posted(kind)
        rig.delete(record)
        assert record.result is not None

        number = record.document_number
        rig.hear([Change(rig.kept(record), record.result.key, "", number, "", None)])

    assert rig.found == []
    assert rig.open_reviews() == []


def test_a_lost_permission_leaves_everything_as_it_was(calm: Rig) -> None:
    record = calm.posted(PostingKind.INVOICE)
    calm.is_allowed = False

    with pytest.raises(PermissionDeniedError):
        calm.tell_gone(record)
    calm.is_allowed = True

    assert calm.found == []


def test_telling_it_again_changes_nothing_and_another_change_asks_again(rig: Rig) -> None:
    record = rig.posted(PostingKind.ADVANCE)
    rig.edit_amount(record)
    rig.poll(record)
    rig.poll(record)
    first = rig.found
    rig.edit_amount(record, "2.00")

    rig.poll(record)

    (second,) = rig.found
    assert [one.times for one in first] == [1]
    assert (second.times, second.status) == (2, DriftStatus.OPEN)
    assert second.content != first[0].content


def test_a_change_that_its_author_took_back_is_settled_by_itself(rig: Rig) -> None:
    record = rig.posted(PostingKind.ADVANCE)
    rig.edit_amount(record)
    rig.poll(record)
    rig.edit_amount(record, "-1.00")

    rig.poll(record)
    settled = rig.found[0].status
    rig.edit_amount(record)
    rig.poll(record)

    assert settled is DriftStatus.RESTORED
    assert rig.found[0].status is DriftStatus.OPEN
    assert rig.told[1].settled == (record.key,)


def test_a_change_of_lines_stays_found_though_we_posted_something_since(rig: Rig) -> None:
    record = rig.posted(PostingKind.INVOICE)
    rig.edit_account(record)
    rig.poll(record)
    order_id = record.pk.rpartition("#")[2]
    rig.sell(order_facts(order_id, order_a_one_tee_restocked().stages[-1]))

    rig.poll(record)

    assert [one.status for one in rig.found] == [DriftStatus.OPEN]


def test_our_own_undo_is_no_drift(rig: Rig) -> None:
    record = rig.posted(PostingKind.ADVANCE)
    table, row = rig.row(record)
    rig.undo("1001")

    rig.poll(record)

    reversed_ = rig.company.books.store.get(table, row["key"])
    assert reversed_ is not None
    assert reversed_["state"] == "reversed"
    assert rig.found == []


def test_a_stranger_with_no_number_of_ours_is_not_looked_at(calm: Rig) -> None:

    calm.hear([Change(Kept.ADVANCE, "777", "777", "BY-HAND", "posted", None)])

    assert calm.found == []
    assert calm.told[-1].looked_at == 0


def test_what_was_adopted_is_equal_in_the_next_proof_and_named_there(rig: Rig) -> None:
    rig.next_morning()
    assert rig.prove(LAST).verdict is Verdict.EQUAL
    rig.edit_date(rig.posted(PostingKind.SALES_ORDER), date(2026, 3, 6))
    for kind in LEDGER_KINDS:
        rig.edit_amount(rig.posted(kind))
    for kind in EVERY_KIND:
        polled(rig, kind)
    before = rig.prove(LAST)
    for kind in EVERY_KIND:
        rig.decide(rig.posted(kind), DriftStatus.ADOPTED)

    after = rig.prove(LAST)

    assert before.verdict is Verdict.OPEN
    assert after.verdict is Verdict.EQUAL, after.differences
    assert {one.accepted for one in after.accepted} == {"adopted by ada: the auditor asked for it"}
    assert len({one.what for one in after.accepted}) == len(EVERY_KIND)
    assert rig.open_reviews() == []


def test_what_was_adopted_and_changed_again_is_open_again(rig: Rig) -> None:
    record = rig.posted(PostingKind.ADVANCE)
    rig.edit_amount(record)
    rig.poll(record)
    rig.decide(record, DriftStatus.ADOPTED)
    rig.poll(record)
    adopted = rig.found[0].status
    rig.edit_amount(record, "0.01")

    rig.poll(record)
    statement = rig.prove(LAST)

    assert (adopted, rig.found[0].status) == (DriftStatus.ADOPTED, DriftStatus.OPEN)
    assert rig.found[0].reason == ""
    assert statement.verdict is Verdict.OPEN


def test_what_was_ignored_asks_nobody_again_and_stays_in_the_proof(rig: Rig) -> None:
    record = rig.posted(PostingKind.ADVANCE)
    rig.edit_amount(record)
    rig.poll(record)
    rig.decide(record, DriftStatus.IGNORED)

    rig.poll(record)

    assert (rig.found[0].status, rig.open_reviews()) == (DriftStatus.IGNORED, [])
    assert rig.prove(LAST).verdict is Verdict.OPEN
    with pytest.raises(DecidedError):
        rig.decide(record, DriftStatus.IGNORED)


def test_a_deletion_and_a_reversal_are_adopted_alike(rig: Rig) -> None:
    rig.next_morning()
    assert rig.prove(LAST).verdict is Verdict.EQUAL
    deleted, taken_back = rig.posted(PostingKind.GL_BATCH), rig.posted(PostingKind.INVOICE)
    rig.delete(deleted)
    rig.tell_gone(deleted)
    rig.edit(taken_back, state="reversed")
    rig.poll(taken_back)
    for record in (deleted, taken_back):
        rig.decide(record, DriftStatus.ADOPTED)

    statement = rig.prove(LAST)

    assert [one.cause for one in statement.differences if one.cause is not Cause.BY_OTHERS] == []
    assert len(statement.accepted) == 2


def test_what_no_poller_is_told_of_is_found_by_the_proof_and_can_be_adopted(rig: Rig) -> None:
    rig.next_morning()
    assert rig.prove(LAST).verdict is Verdict.EQUAL
    record = rig.posted(PostingKind.CUSTOMER_REFUND)
    rig.edit_amount(record)

    before = rig.prove(LAST)
    rig.prove(LAST)
    (drift,) = rig.found
    rig.decide(record, DriftStatus.ADOPTED)
    after = rig.prove(LAST)

    assert before.verdict is Verdict.OPEN
    assert (drift.place, drift.times) == (Place(record.pk, record.key), 1)
    assert after.verdict is Verdict.EQUAL, after.differences
    assert rig.found[0].status is DriftStatus.ADOPTED


def test_what_the_poller_found_the_proof_does_not_find_anew_and_what_is_over_it_settles(
    rig: Rig,
) -> None:
    rig.next_morning()
    rig.prove(LAST)
    for kind in LEDGER_KINDS:
        rig.edit_amount(rig.posted(kind))
        polled(rig, kind)

    rig.prove(LAST)
    found = rig.found
    for kind in LEDGER_KINDS:
        rig.edit_amount(rig.posted(kind), "-1.00")
    statement = rig.prove(LAST)

    assert {one.times for one in found} == {1}
    assert statement.verdict is Verdict.EQUAL, statement.differences
    assert {one.status for one in rig.found} == {DriftStatus.RESTORED}
