"""`/_cart/...` of a simulated cart: what a test or the demo does as buyer, shop and bad luck."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local.cart_simulators.book import UnknownOrderError
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.catalogue import Offer, ShopProduct, UnknownProductError
from local.cart_simulators.orders import Sale, ShopOrder
from local.cart_simulators.unrest import Trouble
from local.cart_simulators.webhooks import Delivering, Send
from local.cart_simulators.wire import Answer, Request, Route, json_answer, route

PREFIX = "/_cart"


class Units(BaseModel):
    """How many units of which lines, by their place in the order; empty means all that are left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quantities: dict[int, int] = {}


class Offers(BaseModel):
    """A new product: one offer, or the variants of one product."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    offers: tuple[Offer, ...] = Field(min_length=1)


class Stock(BaseModel):
    """What is available of one thing at one location."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    quantity: Decimal
    location: str = ""


class Step(BaseModel):
    """How far the clock moves on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    advance_seconds: float


class Admin:
    """Serves the admin endpoints of one simulated cart."""

    def __init__(self, cart: CartSimulator, send: Send) -> None:
        """`send` carries webhooks to whoever listens."""
        self._cart = cart
        self._send = send
        self._routes: tuple[Route, ...] = (
            route("GET", f"{PREFIX}/", self._state),
            route("GET", f"{PREFIX}/calls", self._calls),
            route("POST", f"{PREFIX}/orders", self._place),
            route("POST", f"{PREFIX}/orders/{{order_id}}/{{deed}}", self._do),
            route("GET", f"{PREFIX}/products", self._products),
            route("POST", f"{PREFIX}/products", self._offer),
            route("POST", f"{PREFIX}/articles/{{article_id}}/{{deed}}", self._do_article),
            route("POST", f"{PREFIX}/trouble", self._trouble),
            route("POST", f"{PREFIX}/webhooks", self._webhooks),
            route("POST", f"{PREFIX}/pump", self._pump),
            route("POST", f"{PREFIX}/expire", self._expire),
            route("POST", f"{PREFIX}/clock", self._clock),
        )

    def answer(self, request: Request) -> Answer:
        """Serve a request to `/_cart/...`."""
        for each in self._routes:
            fits = each.pattern.fullmatch(request.path)
            if fits and each.method == request.method:
                try:
                    return each.handler(request, **fits.groupdict())
                except ValidationError as exc:
                    places = [".".join(map(str, error["loc"])) for error in exc.errors()]
                    return json_answer({"error": "not understood", "places": places}, 422)
                except (UnknownOrderError, UnknownProductError) as exc:
                    return json_answer({"error": str(exc)}, 404)
        return json_answer({"error": "no such admin endpoint"}, 404)

    def _state(self, _: Request) -> Answer:
        cart = self._cart
        return json_answer(
            {
                "cart": cart.name,
                "account": cart.account,
                "now": cart.clock.now().isoformat(),
                "orders": [_told(order) for order in cart.orders],
                "calls": len(cart.calls),
                "webhooks_waiting": cart.outbox.waiting,
                "webhooks_sent": cart.outbox.sent,
            }
        )

    def _calls(self, _: Request) -> Answer:
        listed = [[each.method, each.path, each.status] for each in self._cart.calls]
        return json_answer({"calls": listed})

    def _place(self, request: Request) -> Answer:
        sale = Sale.model_validate_json(request.body)
        with self._cart.lock:
            return json_answer(_told(self._cart.orders.place(sale)), 201)

    def _do(self, request: Request, order_id: str, deed: str) -> Answer:
        units = Units.model_validate_json(request.body or b"{}")
        book = self._cart.orders
        with self._cart.lock:
            order = book.order(order_id)
            chosen = {order.lines[at].id: number for at, number in units.quantities.items()}
            if deed == "ship":
                book.ship(order_id, chosen or None)
            elif deed == "refund":
                book.refund(order_id, chosen or _all_left(order))
            elif deed in ("pay", "cancel", "touch"):
                getattr(book, deed)(order_id)
            else:
                return json_answer({"error": "no such deed"}, 404)
            return json_answer(_told(order))

    def _products(self, _: Request) -> Answer:
        with self._cart.lock:
            return json_answer({"products": [_shown(each) for each in self._cart.catalogue]})

    def _offer(self, request: Request) -> Answer:
        asked = Offers.model_validate_json(request.body)
        with self._cart.lock:
            return json_answer(_shown(self._cart.catalogue.add(*asked.offers)), 201)

    def _do_article(self, request: Request, article_id: str, deed: str) -> Answer:
        catalogue = self._cart.catalogue
        with self._cart.lock:
            product, _ = catalogue.article(article_id)
            if deed == "stock":
                stock = Stock.model_validate_json(request.body)
                catalogue.set_level(article_id, stock.quantity, stock.location)
            elif deed == "change":
                catalogue.change(article_id, request.document or {})
            elif deed == "delete":
                catalogue.delete(product.id)
            else:
                return json_answer({"error": "no such deed"}, 404)
            return json_answer(_shown(product))

    def _trouble(self, request: Request) -> Answer:
        self._cart.unrest.trouble = Trouble.model_validate_json(request.body)
        return json_answer({})

    def _webhooks(self, request: Request) -> Answer:
        self._cart.outbox.delivering = Delivering.model_validate_json(request.body)
        return json_answer({})

    def _pump(self, _: Request) -> Answer:
        return json_answer({"attempts": self._cart.outbox.pump(self._send)})

    def _expire(self, _: Request) -> Answer:
        self._cart.expire_tokens()
        return json_answer({})

    def _clock(self, request: Request) -> Answer:
        self._cart.clock.advance(Step.model_validate_json(request.body).advance_seconds)
        return json_answer({"now": self._cart.clock.now().isoformat()})


def _all_left(order: ShopOrder) -> dict[int, int]:
    return {line.id: line.quantity - order.returned(line.id) for line in order.lines}


def _told(order: ShopOrder) -> dict[str, Any]:
    return {
        "id": str(order.id),
        "number": order.number,
        "total": f"{order.total:.2f}",
        "refunded": f"{order.refunded:.2f}",
        "updated_at": order.updated_at.isoformat(),
        "lines": [str(line.id) for line in order.lines],
    }


def _shown(product: ShopProduct) -> dict[str, Any]:
    return {
        "id": str(product.id),
        "title": product.title,
        "is_active": product.is_active,
        "updated_at": product.updated_at.isoformat(),
        "articles": [
            {
                "id": str(article.id),
                "sku": article.offer.sku,
                "price": f"{article.offer.price:.2f}",
                "levels": {place: f"{level:f}" for place, level in article.levels.items()},
            }
            for article in product.articles
        ],
    }
