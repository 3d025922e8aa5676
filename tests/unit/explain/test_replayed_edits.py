"""Events of edits in a replayed day: what the archive says an edit changed (R-11.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from commerce.orders import Facts, Order
from shared.facts.merge import merge
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.gl.days import DayKey
from shared.policy.mapping import ItemRule
from shared.posting.entering import enter
from shared.postings.planner import plan
from shared.replaying.days import DayReplay
from shared.replaying.lives import EventState
from tests.accounting.lives import edited
from tests.accounting.shop import STATE, captured, day, facts, line, order, parcel, ref, tax
from tests.unit.explain.day_rig import KEY, DayRig, summary_book

THIRD = DayKey("acme", "shop", "USD", date(2026, 3, 3))
FOURTH = replace(THIRD, on=date(2026, 3, 4))
RULES = (ItemRule("LAMP", "TEE", account="4000"), ItemRule("VASE", "MUG", account="4001"))


class EditRig(DayRig):
    """Orders enter their days, and edits theirs, as the poster enters them."""

    def take(self, order_id: str, *stages: Facts) -> None:
        """Keep what the cart tells, archive it, and enter it."""
        pk = order_pk("acme", "shop", order_id)
        for stage in stages:
            known = self.facts.load(pk) or FactsRecord(pk, stage, configured=1)
            name = f"{order_id}-{len(known.sources) + 1}"
            sources = (*known.sources, self.documents.keep(name, stage))
            told = merge(known.known, stage)
            self.facts.save(replace(known, known=told, sources=sources, status=FactsStatus.READY))
            planned = plan(told, {}, self.book)
            assert not planned.findings, planned.findings
            enter(self.days, pk, self.book, planned)


def placed(*lines: Any) -> Order:
    return replace(order(*lines, at=day(2)), ref=ref("order", "order-2"))


def lamp(price: str, levy: str, sku: str = "LAMP") -> Any:
    return line("lamp", price, 1, sku=sku, taxes=(tax(STATE, levy),))


SOLD = facts(
    placed(lamp("100.00", "9.00")),
    captured("capture-2", "109.00", day(2)),
    parcel("p-2", day(2), lamp=1),
)
CHEAPER = facts(edited(placed(lamp("80.00", "7.20")), at=3), *SOLD.payments, *SOLD.fulfilments)
CHEAPEST = facts(edited(placed(lamp("60.00", "5.40")), at=4), *SOLD.payments, *SOLD.fulfilments)


def edited_rig(*stages: Facts) -> EditRig:
    rig = EditRig(summary_book(item_rules=RULES))
    rig.take("order-2", SOLD)
    rig.close(KEY)
    for stage, key in zip(stages, (THIRD, FOURTH), strict=False):
        rig.take("order-2", stage)
        rig.close(key)
    return rig


def only(rig: EditRig, key: DayKey, **more: Any) -> DayReplay:
    (replay,) = rig.replayed(key, **more)
    return replay


def test_a_day_with_an_edit_comes_out_byte_for_byte() -> None:
    rig = edited_rig(CHEAPER)

    replay = only(rig, THIRD)

    (event,) = replay.events
    assert event.event.startswith("edit:sale:order-2:p-2:")
    assert (event.state, event.source) == (EventState.SAME, "fetched/acme/shop/order-2-2.json")
    assert replay.is_same
    assert only(rig, KEY).is_same


def test_an_edit_of_an_edited_order_is_told_beside_the_one_before() -> None:
    rig = edited_rig(CHEAPER, CHEAPEST)

    assert [only(rig, key).is_same for key in (KEY, THIRD, FOURTH)] == [True, True, True]


def test_another_mapping_shows_what_the_edit_would_have_changed_there() -> None:
    rig = edited_rig(CHEAPER)
    under = summary_book(item_rules=(replace(RULES[0], account="4001"), RULES[1]))

    replay = only(rig, THIRD, other=lambda _: under)

    moved = {one.account: one.difference.plain() for one in replay.accounts if one.difference}
    assert moved == {"4000": "-20.00", "4001": "20.00"}
    assert replay.is_same


def test_an_edit_whose_sale_was_changed_in_the_day_book_is_not_proved() -> None:
    rig = edited_rig(CHEAPER)
    sale = next(name for name in rig.days.entries_of[KEY] if name.startswith("sale:"))
    kept = rig.days.entries_of[KEY][sale]
    first, *others = kept.entry.lines
    wrong = (replace(first, account="1999"), *others)
    rig.days.entries_of[KEY][sale] = replace(kept, entry=replace(kept.entry, lines=wrong))

    (event,) = only(rig, THIRD).events

    assert event.state is EventState.DIFFERENT
    assert "does not come out" in event.note


def test_an_edit_whose_document_is_gone_is_named() -> None:
    rig = edited_rig(CHEAPER)
    del rig.documents.bodies["fetched/acme/shop/order-2-2.json"]

    replay = only(rig, THIRD)

    (event,) = replay.events
    assert event.state is EventState.UNREADABLE
    assert not replay.is_same
