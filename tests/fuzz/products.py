"""Bent answers about products and stock, to every cart's client: no escape, and no number made up.

One answer of a simulated shop is bent on its way. Whatever the client then tells must be in what it
was answered, and nothing but `CartApiError` may leave it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import httpx

from carts.adapter import CartApiError
from carts.catalogue import NewLevel, ProductChange, ProductReading, Written
from carts.documents import DocumentError, parse
from commerce.catalogue import InventoryLevel, Product
from commerce.money import Money
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.catalogue import Offer, Part
from local.cart_simulators.registry import simulator
from local.cart_simulators.transport import CartTransport
from local.intacct_simulator.clock import Clock
from tests.fuzz.mutation import Mutator
from tests.fuzz.probe import WrongError
from tests.paging import clients

_NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
_PLACES = {
    "shopify": "71001",
    "magento": "default",
    "amazon": "DEFAULT",
    "walmart": "10000001",
    "bigcommerce": "1",
}
_NAMES = {
    "amazon": ("B000008001", "MUG-1", "nowhere"),
    "ebay": ("MUG-1", "nowhere"),
    "walmart": ("MUG-1", "nowhere"),
}
"""Products by the ids that the cart has for them."""

_MOST_BENT = 5
_SIGN_IN = ("/token", "oauth2", "/auth/")


class _Bending(CartTransport):
    """Bends one answer of the shop, the one of a number, and keeps all numbers that were told."""

    def __init__(self, cart: CartSimulator, mutator: Mutator, number: int) -> None:
        super().__init__(cart)
        self._mutator = mutator
        self._left = number
        self.told: set[Decimal] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        body = answer.read()
        if not any(part in request.url.path for part in _SIGN_IN):
            self._left -= 1
            if self._left == 0:
                body = self._mutator.bent(body)
        with suppress(DocumentError):
            self.told.update(_numbers(parse(body)))
        headers = {name: value for name, value in answer.headers.items() if _is_kept(name)}
        return httpx.Response(answer.status_code, content=body, headers=headers)


class ProductProbe:
    """Asks one cart's client for products and stock, and has it write them."""

    def __init__(self, cart: str) -> None:
        self._cart = cart
        self._dice = random.Random()  # noqa: S311  # seeded before each input
        self.refused = self.held = self.read = 0

    def once(self, number: int) -> None:
        """The input of that number.

        Raises:
            WrongError: something was told that no answer said.
            Exception: whatever escaped; nothing may.
        """
        self._dice.seed(f"{self._cart}/products/{number}")
        clock = Clock()
        clock.set(_NOW, freeze=True)
        cart = _shop(self._cart, clock)
        transport = _Bending(cart, Mutator(self._dice), self._dice.randint(1, _MOST_BENT))
        with patch.object(clients, "CartTransport", lambda _: transport):
            client: Any = clients.CONNECT[self._cart](cart, self._dice.randint(2, 4))
        deed = self._dice.choice((self._list, self._one, self._stock, self._set, self._change))
        try:
            deed(client, transport)
        except CartApiError as exc:
            self.refused += 1
            json.dumps(str(exc)).encode()

    def _list(self, client: Any, transport: _Bending) -> None:
        since = self._dice.choice((None, _NOW - timedelta(days=1)))
        for page in client.changed_products(since=since, until=_NOW + timedelta(minutes=1)):
            for reading in page:
                self._believe(reading, transport)

    def _one(self, client: Any, transport: _Bending) -> None:
        names = _NAMES.get(self._cart, ("8001", "8002", "999"))
        self._believe(client.product(self._dice.choice(names)), transport)

    def _stock(self, client: Any, transport: _Bending) -> None:
        skus = self._dice.choice(((), ("MUG-1", "TEE-S", "NOWHERE")))
        for page in client.stock(skus):
            for level in page:
                _believe_level(level, transport)

    def _set(self, client: Any, transport: _Bending) -> None:
        del transport
        place = _PLACES.get(self._cart, "")
        levels = [NewLevel(sku, place, Decimal(7)) for sku in ("MUG-1", "TEE-S", "NOWHERE")]
        self._answered(client.set_stock(levels), len(levels))

    def _change(self, client: Any, transport: _Bending) -> None:
        del transport
        price = Money(Decimal("13.37"), "USD")
        names = (("8001", "8001"), ("500001", "8001"), ("MUG-1", "MUG-1"), ("800301", "8003"))
        changes = [ProductChange(ref, "MUG-1", product, price=price) for ref, product in names]
        self._answered(client.change_products(changes), len(changes))

    def _answered(self, answers: list[Written], count: int) -> None:
        if len(answers) != count or not all(isinstance(each, Written) for each in answers):
            message = "a row has no answer"
            raise WrongError(message)
        self.read += count

    def _believe(self, reading: ProductReading, transport: _Bending) -> None:
        if reading.problems:
            self.held += 1
            if reading.products:
                message = "a product with problems is told all the same"
                raise WrongError(message)
        for product in reading.products:
            self.read += 1
            _believe_product(product, transport)


def _believe_product(product: Product, transport: _Bending) -> None:
    for amount in (product.price, product.cost):
        if amount is not None and amount.amount not in transport.told:
            message = "a product has an amount that no answer told"
            raise WrongError(message)
    if product.sku != product.sku.strip() or not product.ref.id:
        message = "a product's SKU has blanks around it, or it has no id"
        raise WrongError(message)
    if product.updated_at.tzinfo is None:
        message = "a time of change has no zone"
        raise WrongError(message)


def _believe_level(level: InventoryLevel, transport: _Bending) -> None:
    for units in (level.available, level.on_hand, level.committed):
        if units is not None and units not in transport.told:
            message = "a level has a quantity that no answer told"
            raise WrongError(message)


def _shop(name: str, clock: Clock) -> CartSimulator:
    cart = simulator(name, clock=clock)
    level = {_PLACES.get(name, ""): Decimal(5)}
    cost = Decimal("4.10")
    cart.catalogue.add(
        Offer(sku="MUG-1", title="Mug", price=Decimal("12.50"), cost=cost, levels=level)
    )
    cart.catalogue.add(Offer(sku="SET", parts=(Part(sku="MUG-1"), Part(sku="B")), levels=level))
    sizes = [Offer(sku=f"TEE-{size}", variant=size, levels=level) for size in "SML"]
    cart.catalogue.add(*sizes)
    return cart


def _numbers(document: Any) -> Iterator[Decimal]:
    """All that can be read as a number, however deep."""
    stack = [document]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += value.values()
        elif isinstance(value, list):
            stack += value
        elif isinstance(value, int | str | Decimal) and not isinstance(value, bool):
            with suppress(ArithmeticError, ValueError):
                yield Decimal(value)


def _is_kept(name: str) -> bool:
    return name.lower() not in ("content-length", "content-encoding")
