"""One owner for each place of stock: what contradicts that is found before anything runs."""

from __future__ import annotations

from typing import Any

import pytest

from carts.catalogue import StockClient
from local.cart_simulators.registry import simulator
from local.intacct_simulator.clock import Clock
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.choices import CustomerMode, PostingDepth, PostingMode
from shared.policy.stock import SoldIn, StockPlace, StockPolicy, StockRule
from shared.policy.switches import PostingPolicy
from shared.tenants.checks import disagreements
from shared.tenants.models import Tenant
from shared.tenants.named import named
from shared.tenants.stock_checks import COUNT_ON_HAND, stock_problems
from tests.paging.clients import CONNECT
from tests.unit.tenants.test_pinned import tenant

FULL = (Right.READ, Right.LINK, Right.CREATE, Right.UPDATE)


def table(master: Side = Side.SAGE, **quantity: Any) -> Ownership:
    """Both sides may be written where the other one owns."""
    item = Rule(Side.SAGE, FULL, FULL, fields={"upc": Side.CART})
    other = {"EAST": Side.CART if master is Side.SAGE else Side.SAGE}
    members = {"places": other, **quantity}
    return Ownership(item=item, quantity=Rule(master, FULL, FULL, **members))


def known(*policies: StockPolicy, ownership: Ownership | None = None) -> Tenant:
    base = tenant()
    stores = tuple(
        base.stores[0].model_copy(update={"id": f"store-{number}", "stock": policy})
        for number, policy in enumerate(policies)
    )
    changes = {"stores": stores, "ownership": ownership or table()}
    return base.model_copy(update=changes)


def policy(*places: tuple[str, str], **members: Any) -> StockPolicy:
    names = {"increase": "Count In", "decrease": "Count Out", **members}
    return StockPolicy(places=tuple(StockPlace(*place) for place in places), **names)


def problems(*policies: StockPolicy, ownership: Ownership | None = None) -> list[str]:
    found = disagreements(known(*policies, ownership=ownership))
    return [message for place, message in found if "stock" in place]


def test_a_warehouse_of_each_owner_and_stores_that_share_one_of_sages_are_no_problem() -> None:
    both = policy(("MAIN", "1"), ("EAST", "2"))
    assert problems(both, policy(("MAIN", "9"), ("WEST", "9"))) == []


def test_a_worth_that_is_compared_needs_its_account() -> None:
    (said,) = problems(StockPolicy(proves_worth=True))
    assert "mapping.accounts.inventory" in said


def test_one_place_twice_is_a_slip() -> None:
    (said,) = problems(policy(("MAIN", "1"), ("MAIN", "1")))
    assert "twice" in said


@pytest.mark.parametrize(
    "quantity",
    [
        {"places": {"MAIN": Side.CART, "1": Side.SAGE}},
        {"fields": {"available": Side.CART}},
    ],
)
def test_two_owners_of_one_place_contradict_each_other(quantity: dict[str, Any]) -> None:
    (said,) = problems(policy(("MAIN", "1")), ownership=table(**quantity))
    assert "both sides own" in said


def test_a_location_told_by_warehouses_of_two_owners_is_refused() -> None:
    said = problems(policy(("MAIN", "1"), ("EAST", "1")))
    assert len(said) == 2
    assert all("two owners" in one for one in said)


def test_a_carts_stock_that_lies_in_two_warehouses_is_refused() -> None:
    said = problems(policy(("MAIN", "1"), ("WEST", "1")), ownership=table(Side.CART))
    assert all("which warehouse" in one for one in said)
    assert said


def test_two_carts_never_own_one_warehouse() -> None:
    said = problems(policy(("EAST", "1")), policy(("EAST", "7")))
    assert [one.endswith(f"store-{number} as well") for number, one in enumerate(reversed(said))]
    assert len(said) == 2


def test_a_cart_that_alone_counts_what_is_sold_shares_no_warehouse() -> None:
    counting = policy(("MAIN", "1"), sold_in=SoldIn.CART)
    (said,) = problems(counting, policy(("MAIN", "9")))
    assert "store-1 sells it too" in said


@pytest.mark.parametrize(("warehouse", "side"), [("MAIN", "in_carts"), ("EAST", "in_sage")])
def test_a_side_that_may_not_be_updated_gets_no_stock(warehouse: str, side: str) -> None:
    places = {"EAST": Side.CART}
    rights = {"in_sage": FULL, "in_carts": FULL, side: (Right.READ,)}
    quantity = Rule(Side.SAGE, rights["in_sage"], rights["in_carts"], places=places)
    ownership = Ownership(item=table().item, quantity=quantity)
    (said,) = problems(policy((warehouse, "1")), ownership=ownership)
    assert f"ownership.quantity.{side}" in said


def test_stock_that_a_cart_owns_needs_two_definitions() -> None:
    said = problems(policy(("EAST", "1"), increase="", decrease=""))
    assert len(said) == 2
    (same,) = problems(policy(("EAST", "1"), increase="Count", decrease="Count"))
    assert "name two" in same


def test_the_warehouses_of_places_must_be_there() -> None:
    found = [one.name for one in named(known(policy(("MAIN", "1")))) if "stock" in one.place]
    assert found == ["MAIN"]


@pytest.mark.parametrize(
    "members",
    [{"buffer": -1}, {"pack": 0}, {"jump_share": 2}, {"most": 0}],
)
def test_figures_that_make_no_level_are_refused(members: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"buffer|pack|jump_share"):
        StockPolicy(**members)  # type: ignore[arg-type]  # plain numbers are enough here


def test_a_rule_names_its_sku_once() -> None:
    with pytest.raises(ValueError, match="names a SKU"):
        StockRule("")
    with pytest.raises(ValueError, match="one stock rule"):
        StockPolicy(rules=(StockRule("A"), StockRule("A")))
    with pytest.raises(ValueError, match="names a warehouse"):
        StockPlace("")


def test_what_is_sold_is_counted_by_sage_only_where_we_make_sales_orders_there() -> None:
    thrifty = PostingPolicy(posting_depth=PostingDepth.THRIFTY, customer_mode=CustomerMode.CHANNEL)
    for posted in (thrifty, PostingPolicy(posting_mode=PostingMode.SUMMARY_DAILY)):
        for sold_in, count in ((SoldIn.SAGE, 1), (SoldIn.CART, 0), (SoldIn.NOBODY, 0)):
            found = known(policy(("MAIN", "1"), sold_in=sold_in))
            store = found.stores[0].model_copy(update={"policy": posted})
            told = list(stock_problems(store, found))
            assert len(told) == count
            counting = store.model_copy(update={"cart": "magento"})
            assert list(stock_problems(counting, found)) == []


@pytest.mark.parametrize("cart", sorted(CONNECT))
def test_the_carts_that_count_on_hand_are_those_whose_clients_say_so(cart: str) -> None:
    client = CONNECT[cart](simulator(cart, clock=Clock()), 5)
    if isinstance(client, StockClient):
        assert client.counts_on_hand == (cart in COUNT_ON_HAND)


def test_what_is_written_off_and_what_is_received_have_definitions_of_their_own() -> None:
    (said,) = problems(policy(write_off="Move", receive="Move"))
    assert "adds or takes away" in said
