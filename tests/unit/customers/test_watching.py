"""What people do to customers in Sage is noticed, and orders that waited go on by themselves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from commerce.orders import Facts, Order
from intacct.errors import NotSentError
from intacct.reading import Kept, Standing
from shared.customers.following import Follower
from shared.customers.links import Condition, CustomerLink
from shared.customers.resuming import MOST_TIMES, Held, Resumer, ResumerParts, WatchReport
from shared.customers.watching import EVERY, CustomerWatch
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.records import Intent
from shared.ledger.states import claim, finish
from shared.policy.changes import ChangePolicy
from shared.postings.plan import Finding, Reason
from shared.reviews.records import Review, ReviewStatus, Stage
from tests.fakes import MemoryFacts, MemoryReviews
from tests.unit.customers.choosing_rig import Rig as Chooser
from tests.unit.customers.choosing_rig import tenant
from tests.unit.customers.orders import ADA, START, order
from tests.unit.customers.sage import FakeSage
from tests.unit.customers.test_following import REACTIVATES


class Standings:
    """The same company, as it tells how customers stand."""

    def __init__(self, sage: FakeSage) -> None:
        self._sage = sage
        self.customers = sage.customers

    def standings(self, kind: Kept, keys: Any) -> list[Standing]:
        """Whoever is there of these keys."""
        self._sage.asked.append(f"standings of {len(keys)}")
        known = {one.key: one.customer for one in self._sage.known().values()}
        return [
            Standing(kind, key, known[key].id, "active" if known[key].is_active else "inactive")
            for key in keys
            if key in known
        ]


@dataclass
class Sent:
    """What was sent again."""

    judged: list[str] = field(default_factory=list)
    posted: list[tuple[str, str]] = field(default_factory=list)

    def judge(self, record: FactsRecord, *, once: str, released_by: str = "") -> None:
        assert once
        assert not released_by
        self.judged.append(record.known.ref.id)

    def post(self, record: FactsRecord, *, cause: str, once: str) -> None:
        assert once
        self.posted.append((record.known.ref.id, cause))


class Rig(Chooser):
    """A watch beside a chooser, with orders that wait."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.facts, self.reviews, self.sent = MemoryFacts(), MemoryReviews(), Sent()
        self.held: list[Held] = []
        follower = Follower(lambda *_: self.sage, lambda *_: self.sage)
        self.standings = Standings(self.sage)
        self.watch = CustomerWatch(
            self.links, follower, lambda *_: self.standings, self.reviews, clock=self.clock
        )
        self.resumer = Resumer(
            ResumerParts(
                watch=self.watch,
                links=self.links,
                facts=self.facts,
                ledger=self.ledger,
                held=lambda _: self.held,
                again=self.sent,
                release="release:",
                clock=self.clock,
            )
        )

    def run(self) -> WatchReport:
        self.sage.asked.clear()
        return self.resumer.run(self.tenant, self.clock() + timedelta(minutes=4))

    def waits(
        self,
        bought: Order,
        reason: Reason,
        *,
        customer: str = "",
        hint: str = "",
        stage: Stage = Stage.FACTS,
        times: int = 1,
    ) -> FactsRecord:
        """An order that is held."""
        pk = order_pk("acme", "shop", bought.ref.id)
        status = FactsStatus.HELD if stage is Stage.FACTS else FactsStatus.READY
        record = FactsRecord(pk, Facts(bought.ref, bought), status=status, customer=customer)
        record = self.facts.save(record)
        finding = Finding(reason, "customer", "something", hint)
        review = Review("acme", "s", ReviewStatus.OPEN, (finding,), START, START, times)
        self.held.append(Held(review, stage, record))
        return record

    def links_by_customer(self) -> dict[str, CustomerLink]:
        return {link.customer: link for link in self.links.all("acme")}


def buyers(rig: Rig, count: int) -> list[str]:
    return [
        rig.choose(order(number, buyer=replace(ADA, id=f"B{number}"))).customer
        for number in range(count)
    ]


def test_all_customers_are_looked_at_once_a_day_in_one_transaction() -> None:
    rig = Rig()
    buyers(rig, 7)

    first = rig.run()
    asked = list(rig.sage.asked)
    again = rig.run()
    rig.clock.pass_time(EVERY.total_seconds())
    next_day = rig.run()

    assert (first.seen.looked_at, again.seen.looked_at, next_day.seen.looked_at) == (7, 0, 7)
    assert asked == ["standings of 7"]


def test_deactivated_deleted_and_returned_customers_are_noticed() -> None:
    rig = Rig(tenant().model_copy(update={"changes": ChangePolicy(is_polled=False)}))
    left, idle, fine = buyers(rig, 3)
    rig.sage.gone.add(left)
    rig.sage.change_by_hand(idle, is_active=False)

    seen = rig.run().seen

    assert set(seen.gone_bad) == {left, idle}
    conditions = {name: link.condition for name, link in rig.links_by_customer().items()}
    assert conditions == {
        left: Condition.DELETED,
        idle: Condition.INACTIVE,
        fine: Condition.GOOD,
    }
    assert {review.subject for review in rig.reviews.all("acme")} == {
        f"customer:{left}",
        f"customer:{idle}",
    }

    rig.sage.gone.clear()
    rig.sage.changed.clear()
    rig.clock.pass_time(EVERY.total_seconds())

    assert set(rig.run().seen.good_again) == {left, idle}
    assert not any(rig.reviews.is_open("acme", f"customer:{name}") for name in (left, idle))


def test_who_is_not_shown_any_more_is_left_to_the_look_that_tells_deletions_from_blindness() -> (
    None
):
    rig = Rig()
    names = buyers(rig, 2)
    rig.sage.gone.update(names)

    seen = rig.run().seen

    assert (seen.looked_at, seen.gone_bad) == (2, ())
    assert {link.condition for link in rig.links_by_customer().values()} == {Condition.GOOD}


def test_nobody_is_told_of_what_the_policy_decides() -> None:
    rig = Rig(tenant({"when_deleted": "create_new", "when_inactive": "create_new"}))
    left, idle = buyers(rig, 2)
    rig.sage.gone.add(left)
    rig.sage.change_by_hand(idle, is_active=False)

    rig.run()

    assert list(rig.reviews.all("acme")) == []


def test_an_inactive_customer_is_made_active_where_policy_and_table_say_so() -> None:
    rig = Rig(tenant({"when_inactive": "reactivate"}, ownership=REACTIVATES))
    (idle,) = buyers(rig, 1)
    rig.sage.change_by_hand(idle, is_active=False)

    seen = rig.run().seen

    assert seen.gone_bad == ()
    assert rig.sage.known()[idle].customer.is_active


def test_a_look_that_broke_off_goes_on_where_it_ended() -> None:
    rig = Rig()
    names = buyers(rig, 3)
    began = rig.clock()
    cut = rig.watch.look_at_all(rig.tenant, began)
    halfway = replace(rig.links.looked["acme"], after=min(k for _, k in rig.links.links))
    rig.links.note_progress("acme", halfway)

    rest = rig.watch.look_at_all(rig.tenant, began + timedelta(minutes=1))

    assert (cut.looked_at, cut.is_whole) == (3, False)
    assert (rest.looked_at, rest.is_whole) == (len(names) - 1, True)
    assert rig.links.looked["acme"].after == ""


def test_a_customer_whose_key_is_anothers_by_now_is_gone() -> None:
    rig = Rig()
    (name,) = buyers(rig, 1)
    rig.sage.change_by_hand(name, id="OTHER")

    rig.run()

    assert rig.links_by_customer()[name].condition is Condition.DELETED


def test_an_order_that_waits_goes_on_when_its_customer_is_back() -> None:
    rig = Rig()
    customer = rig.choose().customer
    (link,) = rig.links.all("acme")
    rig.links.save(replace(link, condition=Condition.INACTIVE))
    rig.waits(order(2), Reason.CUSTOMER_INACTIVE)

    report = rig.run()

    assert report.orders == ("2",)
    assert rig.sent.judged == ["2"]
    assert rig.links_by_customer()[customer].condition is Condition.GOOD


def test_an_order_keeps_waiting_while_its_customer_is_away() -> None:
    rig = Rig()
    rig.sage.gone.add(rig.choose().customer)
    rig.waits(order(2), Reason.CUSTOMER_MISSING)

    assert rig.run().orders == ()


@pytest.mark.parametrize(
    ("hint", "goes_on"),
    [
        ("BL01001973 Customer '{id}' specified is not valid.", True),
        ("BL01001973 Customer '{id}0' specified is not valid.", False),
        ("The item 'TEE' is invalid.", False),
    ],
)
def test_a_document_that_sage_refused_for_its_customer_goes_again_when_that_is_well(
    hint: str, *, goes_on: bool
) -> None:
    rig = Rig()
    customer = rig.choose().customer
    said = hint.format(id=customer)
    rig.waits(order(), Reason.REFUSED_BY_SAGE, customer=customer, hint=said, stage=Stage.POSTING)

    rig.run()

    assert rig.sent.posted == ([("1", "release:customer-watch")] if goes_on else [])


def test_the_refusal_itself_tells_that_a_customer_was_deactivated() -> None:
    rig = Rig()
    customer = rig.choose().customer
    rig.links.note_progress("acme", _done(rig))
    rig.sage.change_by_hand(customer, is_active=False)
    rig.waits(
        order(), Reason.REFUSED_BY_SAGE, customer=customer, hint=customer, stage=Stage.POSTING
    )

    rig.run()

    assert rig.sage.asked == ["search id"]
    assert rig.links_by_customer()[customer].condition is Condition.INACTIVE
    assert rig.reviews.is_open("acme", f"customer:{customer}")
    assert rig.sent.posted == []


def _done(rig: Rig) -> Any:
    rig.watch.look_at_all(rig.tenant, rig.clock() + timedelta(minutes=1))
    return rig.links.looked["acme"]


def test_a_new_customer_is_chosen_for_an_order_with_nothing_in_the_books() -> None:
    rig = Rig(tenant({"when_deleted": "create_new"}))
    old = rig.choose().customer
    rig.sage.gone.add(old)
    record = rig.waits(order(), Reason.REFUSED_BY_SAGE, customer=old, hint=old, stage=Stage.POSTING)

    rig.run()
    new = rig.choose(order()).customer

    changed = rig.facts.load(record.pk)
    assert changed is not None
    assert (changed.customer, changed.status) == ("", FactsStatus.AWAITING_CUSTOMER)
    assert rig.sent.judged == ["1"]
    assert new != old

    posted = replace(changed, customer=new, status=FactsStatus.READY)
    rig.held = [replace(rig.held[0], record=rig.facts.save(posted))]
    rig.run()

    assert rig.sent.posted == [("1", "release:customer-watch")]


def test_an_order_with_documents_in_the_books_keeps_its_customer() -> None:
    rig = Rig(tenant({"when_deleted": "create_new"}))
    old = rig.choose().customer
    rig.sage.gone.add(old)
    record = rig.waits(order(), Reason.REFUSED_BY_SAGE, customer=old, hint=old, stage=Stage.POSTING)
    intent = Intent(record.pk, "acme/100/SO_CREATE/shop:order:1", "1", "C", "h")
    (mine,) = rig.ledger.commit(claim(intent, None, owner="w", now=START))
    known = next(iter(rig.books.documents))[1]
    rig.ledger.commit(finish(mine, known, now=START))

    assert rig.run().orders == ()
    assert rig.facts.load(record.pk) == record


def test_what_is_refused_again_and_again_is_left_to_a_person() -> None:
    rig = Rig()
    customer = rig.choose().customer
    rig.waits(
        order(),
        Reason.REFUSED_BY_SAGE,
        customer=customer,
        hint=customer,
        stage=Stage.POSTING,
        times=MOST_TIMES + 1,
    )

    rig.run()

    assert rig.sent.posted == []


def test_what_waits_for_something_else_is_not_asked_for() -> None:
    rig = Rig()
    rig.choose()
    rig.links.note_progress("acme", _done(rig))
    rig.waits(order(2), Reason.MAPPING_MISSING)

    rig.run()

    assert rig.sage.asked == []


def test_a_company_that_cannot_be_asked_loses_nothing() -> None:
    rig = Rig()
    rig.choose()
    rig.waits(order(2), Reason.CUSTOMER_INACTIVE)
    rig.sage.errors = [NotSentError("down")]

    with pytest.raises(NotSentError):
        rig.run()

    assert rig.run().orders == ("2",)
