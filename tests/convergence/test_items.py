"""Items converge to their owner's values and rest; `make convergence` lives many more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from carts.catalogue import ProductChange, WriteOutcome, Written
from commerce.money import Money
from intacct.errors import RejectedError
from local.cart_simulators.catalogue import Offer
from shared.items import keeping, watching
from shared.items.fields import BACK, MOST_IN_A_ROW
from shared.items.links import ItemLink
from shared.items.righting import Righting
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.items import ItemPolicy, ItemScope, UnknownSku
from shared.postings.findings import Reason
from tests.convergence.item_rig import ItemRig, TrespassError
from tests.convergence.items import HeardHistory, ItemHistory
from tests.convergence.stock import DivergedError

FULL = (Right.READ, Right.LINK, Right.CREATE, Right.UPDATE)
POLICY = ItemPolicy(unknown_sku=UnknownSku.CREATE, scope=ItemScope.ALL, writes_back=True)
SUBJECT = ("acme", "item:shop:MUG-1")


def owned(owner: Side, **fields: Side) -> Ownership:
    return Ownership(item=Rule(owner, FULL, FULL, fields=fields), price=Rule(owner, FULL, FULL))


def rig_of(owner: Side, cart: str = "shopify", **fields: Side) -> ItemRig:
    """A shop with one mug, which has its item."""
    rig = ItemRig(cart, owned(owner, **fields), POLICY)
    rig.cart.catalogue.add(Offer(sku="MUG-1", title="Mug", barcode="4006381333931"))
    rig.look()
    return rig


def link_of(rig: ItemRig, article: str = "MUG-1") -> ItemLink:
    link = rig.links.load("acme", "shop", article)
    assert link is not None
    return link


@pytest.mark.parametrize("seed", range(16))
def test_each_field_comes_to_what_its_owner_says_and_rests(seed: int) -> None:
    ItemHistory(seed).live()


@pytest.mark.parametrize("seed", range(8))
def test_looks_at_what_was_heard_of_between_change_nothing_of_that(seed: int) -> None:
    HeardHistory(seed).live()


def _diverge() -> Iterator[str]:
    """What is wrong with the histories that diverge, as they are lived."""
    for seed in range(60):
        try:
            ItemHistory(seed).live()
        except (DivergedError, TrespassError) as exc:
            yield str(exc)


def test_histories_in_which_nothing_is_put_right_in_sage_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Righting, "follow", lambda *_: True)
    assert any("in Sage is" in one for one in _diverge())


def test_histories_in_which_edits_of_the_cart_are_not_heard_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "edited_in_cart", lambda *_: frozenset())
    assert any("in the cart is" in one for one in _diverge())


def test_histories_that_write_what_the_side_owns_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "carried", lambda _: frozenset(BACK))
    assert any(name in one for one in _diverge() for name in ("upc", "base_price"))


@pytest.mark.parametrize(
    ("members", "name"),
    [({"name": "A person's"}, "name"), ({"is_active": False}, "is_active"), ({"upc": ""}, "upc")],
)
def test_what_people_change_in_sage_and_the_cart_owns_is_put_right_once(
    members: dict[str, Any], name: str
) -> None:
    rig = rig_of(Side.CART)
    before = rig.company.kept["MUG-1"]
    rig.company.edit("MUG-1", **members)

    rig.look()

    assert getattr(rig.company.kept["MUG-1"], name) == getattr(before, name)
    writes = rig.company.writes
    rig.look()
    assert (rig.company.writes, link_of(rig).tugs, link_of(rig).sells) == (writes, {}, True)


def test_one_look_puts_right_on_both_sides_what_people_changed_in_sage() -> None:
    rig = rig_of(Side.CART, upc=Side.SAGE)
    rig.company.edit("MUG-1", name="A person's", upc="5901234123457")

    rig.look()

    (product,) = rig.cart.catalogue
    (article,) = product.articles
    assert rig.company.kept["MUG-1"].name == "Mug"
    assert article.offer.barcode == "5901234123457"
    assert not rig.reviews.is_open(*SUBJECT)


def test_what_people_change_in_the_cart_and_sage_owns_is_put_right_once() -> None:
    rig = rig_of(Side.SAGE)
    rig.look()
    (product,) = rig.cart.catalogue
    rig.cart.catalogue.change(product.id, {"title": "A person's", "price": Decimal("1.00")})

    rig.look()
    rig.look()

    assert (product.title, product.articles[0].offer.price) == ("Mug", Decimal("10.00"))
    written = rig.written
    rig.look()
    assert (rig.written, link_of(rig).tugs) == (written, {})


def test_an_item_that_is_changed_back_every_time_is_left_to_a_person() -> None:
    rig = rig_of(Side.CART)
    for _ in range(MOST_IN_A_ROW + 2):
        rig.company.edit("MUG-1", name="A person's")
        rig.look()

    assert rig.company.kept["MUG-1"].name == "A person's"
    assert rig.reviews.records[SUBJECT].reasons == (Reason.READBACK_DIFFERS,)
    writes = rig.company.writes
    rig.look()
    assert rig.company.writes == writes

    rig.company.edit("MUG-1", name="Mug")
    rig.look()
    assert not rig.reviews.is_open(*SUBJECT)


def test_what_the_cart_said_of_an_item_that_could_not_be_sold_is_sent_when_it_is_back() -> None:
    rig = rig_of(Side.CART, is_active=Side.SAGE)
    (product,) = rig.cart.catalogue
    rig.company.edit("MUG-1", is_active=False)
    rig.look()
    rig.cart.catalogue.change(product.id, {"title": "Big mug"})
    rig.look()
    assert rig.company.kept["MUG-1"].name == "Mug"

    rig.company.edit("MUG-1", is_active=True)
    rig.look()

    assert rig.company.kept["MUG-1"].name == "Big mug"
    assert not rig.reviews.is_open(*SUBJECT)


def test_what_sage_refused_is_sent_again_by_the_next_look() -> None:
    rig = rig_of(Side.CART)
    (product,) = rig.cart.catalogue
    rig.cart.catalogue.change(product.id, {"title": "Big mug"})
    rig.company.faults = [(RejectedError("not now"), False)]
    rig.clock.advance(900)
    rig.run()
    assert rig.reviews.is_open(*SUBJECT)

    rig.look()

    assert rig.company.kept["MUG-1"].name == "Big mug"
    assert not rig.reviews.is_open(*SUBJECT)


def test_an_item_that_two_articles_sell_is_pulled_by_neither() -> None:
    rig = rig_of(Side.CART)
    rig.cart.catalogue.add(Offer(sku="MUG-2", title="Other mug", barcode="4006381333931"))
    rig.look()
    assert link_of(rig, "MUG-2").item == "MUG-1"
    writes = rig.company.writes

    rig.look()
    rig.look()

    assert (rig.company.kept["MUG-1"].name, rig.company.writes) == ("Other mug", writes)


def test_a_renamed_sku_takes_the_item_along_and_leaves_no_second_voice() -> None:
    rig = rig_of(Side.CART)
    (product,) = rig.cart.catalogue
    rig.cart.catalogue.change(product.id, {"sku": "MUG-A"})
    rig.look()
    rig.look()
    assert (link_of(rig, "MUG-A").item, link_of(rig).ref_id) == ("MUG-1", "")

    rig.company.edit("MUG-1", base_price=Money(Decimal("99.00"), "USD"))
    rig.look()

    assert rig.company.kept["MUG-1"].base_price == Money(Decimal("10.00"), "USD")


def test_a_field_that_the_cart_does_not_take_holds_up_no_other() -> None:
    rig = rig_of(Side.SAGE, "magento")
    rig.company.edit("MUG-1", name="Mug of Sage", upc="4006381333932")

    rig.look()

    (product,) = rig.cart.catalogue
    assert product.title == "Mug of Sage"
    assert rig.reviews.records[SUBJECT].reasons == (Reason.REFUSED_BY_CART,)
    written = rig.written
    rig.look()
    assert rig.written == written


def test_a_field_that_the_cart_tells_nothing_of_is_asked_for_once() -> None:
    rig = ItemRig("magento", owned(Side.SAGE, upc=Side.CART), POLICY)
    rig.company.edit("MUG-1", name="Mug")
    rig.cart.catalogue.add(Offer(sku="MUG-1", title="Mug"))
    for _ in range(4):
        rig.look()
    version = link_of(rig).version

    rig.look()

    assert (link_of(rig).version, rig.company.writes) == (version, 0)


def test_what_time_is_too_short_for_is_done_by_the_runs_that_follow() -> None:
    rig = ItemRig("shopify", owned(Side.SAGE), POLICY, page_size=250)
    for number in range(120):
        rig.cart.catalogue.add(Offer(sku=f"MUG-{number}", title="Mug"))
    rig.look()
    for item in list(rig.company.kept):
        rig.company.edit(item, name=f"Mug {item}")
    slow = _slow(rig)
    rig.client.change_products = slow

    rig.clock.advance(6 * 3600 + 1)
    rig.run(seconds=100)
    half = sum(product.title != "Mug" for product in rig.cart.catalogue)
    for _ in range(3):
        rig.clock.advance(900)
        rig.run(seconds=100)

    assert 0 < half < 120
    assert all(product.title != "Mug" for product in rig.cart.catalogue)


def _slow(rig: ItemRig) -> Callable[[list[ProductChange]], list[Written]]:
    """A cart that needs a second for each article."""
    write = rig.client.change_products

    def slowly(changes: list[ProductChange]) -> list[Written]:
        rig.clock.advance(len(changes))
        told: list[Written] = write(changes)
        assert all(one.outcome is WriteOutcome.DONE for one in told)
        return [replace(one) for one in told]

    return slowly
