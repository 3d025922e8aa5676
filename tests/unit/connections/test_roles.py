"""What a tenant's users need follows from what the tenant has switched on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from intacct.capabilities import Action
from intacct.permissions import CUSTOMER_UPDATES, Right
from shared.connections.roles import actions_of, wanted_of
from shared.ownership.table import Ownership, Rule, Side
from shared.ownership.table import Right as Granted
from shared.policy.items import ItemPolicy, UnknownSku
from shared.policy.stock import StockPlace, StockPolicy
from shared.tenants.models import Tenant

FULL = (Granted.READ, Granted.LINK, Granted.CREATE, Granted.UPDATE)
DETAIL = {
    Action.CUSTOMER,
    Action.SALES_DOCUMENT,
    Action.ADVANCE,
    Action.PAYMENT,
    Action.ADJUSTMENT,
    Action.CUSTOMER_REFUND,
    Action.JOURNAL_ENTRY,
    Action.CLOSE_SALES_DOCUMENT,
}


def tenant(*policies: dict[str, Any]) -> Tenant:
    shop = {"cart": "shopify", "entity": "100", "mapping": {"version": "1", "accounts": {}}}
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "Acme", "user_id": "ws", "reading_user_id": "reader"},
            "entities": [{"id": "100", "zone": "UTC", "base_currency": "USD"}],
            "stores": [
                {"id": f"s{number}", **shop, "policy": policy}
                for number, policy in enumerate(policies)
            ],
        }
    )


def test_a_store_in_detail_needs_the_documents_of_order_to_cash() -> None:
    assert actions_of(tenant({})) == DETAIL


def test_a_store_without_customers_of_its_own_creates_none() -> None:
    assert actions_of(tenant({"customer_mode": "channel"})) == DETAIL - {Action.CUSTOMER}


def test_a_summary_needs_its_journal_and_nothing_else() -> None:
    summary = {"posting_mode": "summary_daily", "customer_mode": "channel"}
    assert actions_of(tenant(summary)) == {Action.GL_BATCH}
    assert actions_of(tenant(summary, {})) == DETAIL | {Action.GL_BATCH}


def test_counts_need_statistical_entries() -> None:
    summary = tenant({"posting_mode": "summary_daily", "customer_mode": "channel"})
    (store,) = summary.stores
    definitions = replace(store.mapping.definitions, statistical_journal="STJ")
    counted = store.model_copy(update={"mapping": replace(store.mapping, definitions=definitions)})

    actions = actions_of(summary.model_copy(update={"stores": (counted,)}))

    assert actions == {Action.GL_BATCH, Action.STATISTICAL_ENTRY}


def test_a_user_that_only_reads_needs_no_right_to_write() -> None:
    reading = wanted_of(tenant({}), is_reading=True)
    writing = wanted_of(tenant({}), is_reading=False)
    assert reading < writing
    assert {one.right for one in reading} == {Right.LIST, Right.VIEW}
    assert Right.ADD in {one.right for one in writing}


def test_who_keeps_customers_up_to_date_may_edit_them_and_their_contacts() -> None:
    only_create = {
        "customer": {
            "master": "sage",
            "in_sage": ["read", "link", "create"],
            "in_carts": ["read"],
        }
    }
    updating = wanted_of(tenant({}), is_reading=False)
    creating = Tenant.model_validate({**tenant({}).model_dump(), "ownership": only_create})

    assert updating - wanted_of(creating, is_reading=False) == CUSTOMER_UPDATES


@pytest.mark.parametrize(
    ("unknown", "in_sage", "rights"),
    [
        (UnknownSku.CATCH_ALL, FULL, set()),
        (UnknownSku.HOLD, (Granted.READ, Granted.LINK), {Right.LIST, Right.VIEW}),
        (UnknownSku.CREATE, FULL, {Right.LIST, Right.VIEW, Right.ADD, Right.EDIT}),
    ],
)
def test_linking_items_needs_rights_on_items_as_far_as_the_table_goes(
    unknown: UnknownSku, in_sage: tuple[Granted, ...], rights: set[Right]
) -> None:
    known = tenant({"posting_mode": "summary_daily", "customer_mode": "channel"})
    (store,) = known.stores
    stores = (store.model_copy(update={"items": ItemPolicy(unknown_sku=unknown)}),)
    ownership = Ownership(item=Rule(Side.CART, in_sage, (Granted.READ,)))
    linking = known.model_copy(update={"stores": stores, "ownership": ownership})

    found = wanted_of(linking, is_reading=False)

    assert {one.right for one in found if one.policy == "Items"} == rights


def test_who_keeps_stock_alike_may_read_it_and_book_it_where_a_cart_owns_it() -> None:
    one = tenant({})
    stock = StockPolicy(places=(StockPlace("W1"),))
    kept = one.model_copy(update={"stores": (one.stores[0].model_copy(update={"stock": stock}),)})
    owned = kept.model_copy(
        update={"ownership": Ownership(quantity=Rule(Side.CART, FULL, (Granted.READ,)))}
    )
    wanted = wanted_of(kept, is_reading=False) - wanted_of(one, is_reading=False)
    more = wanted_of(owned, is_reading=False) - wanted_of(kept, is_reading=False)
    assert {(each.policy, each.right) for each in wanted} >= {("Warehouses", Right.VIEW)}
    assert ("Inventory transactions", Right.ADD) in {(each.policy, each.right) for each in more}
