"""A payout on the deployed stack: read from the shop, booked as its deposit, clearing at zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.shopify.simulator import ShopifySimulator
from local.demo.books import SimulatedBooks
from local.demo.carts import CartShop, CartShops
from local.demo.memory import Memory
from local.demo.tenant import tenant_of_shops
from local.stack import LocalStack
from shared.ledger.records import State
from shared.payouts.store import PayoutKey
from shared.policy.mapping import Role
from shared.postings.plan import PostingKind

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TENANT, STORE = "payouts", "paid-out"
SALE = Sale(
    lines=(
        SoldLine(
            sku="TEE-BLUE",
            title="Tee, blue",
            quantity=2,
            unit_price=Decimal("25.00"),
            discount=Decimal("5.00"),
            tax=Decimal("4.00"),
        ),
    ),
    shipping=Decimal("8.00"),
)
PAID, FEE = Decimal("57.00"), Decimal("1.95")
"""What two tees, their shipping and tax come to, and 2.9 % and 0.30 of it."""


@dataclass(frozen=True)
class PaidOut:
    """What the function said, and what the order and the payout left on each account."""

    answers: list[dict[str, Any]]
    accounts: dict[str, Decimal]
    entries: list[str]


@pytest.fixture(scope="module")
def paid_out(stack: LocalStack) -> Iterator[PaidOut]:
    """An order sold, shipped, paid out and polled twice."""
    with CartShops() as shops:
        shop = shops.add(STORE, "shopify")
        access = stack.simulator
        tenant = tenant_of_shops(TENANT, access, [shop])
        (store,) = tenant.stores
        accounts = {**store.mapping.accounts, Role.PAYOUT_CLEARING: "1100"}
        mapped = store.model_copy(update={"mapping": replace(store.mapping, accounts=accounts)})
        tenant = tenant.model_copy(update={"stores": (mapped,)})
        stack.load_tenant(tenant, access.secret(), shops.secrets())
        shop.deliver_to(stack.api_url)
        yield _lived(stack, shop)


def _lived(stack: LocalStack, shop: CartShop) -> PaidOut:
    memory = Memory(stack, TENANT)
    cart = shop.cart
    assert isinstance(cart, ShopifySimulator)
    order = cart.orders.place(SALE)
    shop.ship(order)
    name = cart.shown_id(order)
    kind = PostingKind.INVOICE
    memory.wait("the invoice", lambda: bool(memory.journey(STORE, name).done(kind)))
    with cart.lock:
        payout = cart.payments.pay_out()
    event = {"tenant": TENANT, "store": STORE}
    answers = [memory.invoke("PayoutSyncFunctionName", event) for _ in range(2)]
    key = PayoutKey(TENANT, STORE, str(payout["id"]))
    chains = (memory.chain(key.ledger_pk), memory.journey(STORE, name).postings)
    numbers = [x.document_number for one in chains for x in one.values() if x.state is State.DONE]
    books = SimulatedBooks(stack.simulator.rest_base_url)
    documents = books.by_our_number()
    books.close()
    return PaidOut(answers, _left([documents[number] for number in numbers]), list(chains[0]))


def _left(documents: list[dict[str, Any]]) -> dict[str, Decimal]:
    """What documents left on each account, debits positive."""
    found: dict[str, Decimal] = {}
    for document in documents:
        for line in document["ledger_lines"]:
            sign = 1 if line["side"] == "debit" else -1
            amount = found.get(line["account"], Decimal(0)) + sign * Decimal(line["amount"])
            found[line["account"]] = amount
    return found


def test_the_payout_is_booked_once_as_the_deposit_and_clearing_is_at_zero(
    paid_out: PaidOut,
) -> None:
    first, second = paid_out.answers

    assert [each["outcome"] for each in first["stores"]] == ["complete"]
    assert [each["state"] for each in first["payouts"]] == ["booked"]
    assert second["payouts"] == []
    assert len(paid_out.entries) == 1
    assert paid_out.accounts["1010"] == PAID - FEE
    assert paid_out.accounts["6100"] == FEE
    assert paid_out.accounts["1100"] == 0
    assert sum(paid_out.accounts.values()) == 0
