"""Simulated carts over HTTP: admin, API and webhooks, as the demo and other programs use them."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from carts.adapter import Headers
from carts.registry import adapter
from carts.woocommerce.client import WooCommerceClient
from local.cart_simulators.__main__ import arguments
from local.cart_simulators.cart import CartSimulator
from local.cart_simulators.registry import simulator
from local.cart_simulators.serving import served

SALE = {"lines": [{"sku": "A", "quantity": 2, "unit_price": "25.00", "tax": "4.00"}]}


class Listener:
    """Somebody who hears webhooks."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the library's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((dict(self.headers), body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def wait(self, count: int) -> None:
        deadline = time.monotonic() + 10
        while len(self.heard) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.heard) == count

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    opened = Listener()
    yield opened
    opened.close()


@pytest.fixture
def shop() -> Iterator[tuple[CartSimulator, httpx.Client]]:
    cart = simulator("woocommerce")
    with served(cart) as base_url, httpx.Client(base_url=base_url, timeout=10) as client:
        yield cart, client


def test_a_shop_sells_by_admin_tells_by_webhook_and_answers_its_api(
    shop: tuple[CartSimulator, httpx.Client], listener: Listener
) -> None:
    cart, client = shop
    client.post("/_cart/webhooks", json={"url": listener.url}).raise_for_status()

    placed = client.post("/_cart/orders", json=SALE).json()
    client.post(f"/_cart/orders/{placed['id']}/ship").raise_for_status()
    back = client.post(f"/_cart/orders/{placed['id']}/refund", json={"quantities": {"0": 1}}).json()
    listener.wait(3)

    assert (placed["total"], back["refunded"]) == ("54.00", "27.00")
    woo = adapter("woocommerce")
    assert all(woo.is_genuine(Headers(h), body, cart.secret()) for h, body in listener.heard)
    key, _, secret = cart.secret()["access_token"].partition(":")
    with httpx.Client(base_url=f"{client.base_url}/wp-json/wc/v3", auth=(key, secret)) as http:
        reading = WooCommerceClient(http, "shop").order(placed["id"])
    assert reading.facts is not None
    assert [str(refund.credit.amount) for refund in reading.facts.refunds] == ["27.00"]
    state = client.get("/_cart/").json()
    assert [topic for topic, _, _ in state["webhooks_sent"]] == ["order.created"] + [
        "order.updated"
    ] * 2


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_cart/orders", {"lines": 7}, 422),
        ("/_cart/orders/9/touch", None, 404),
        ("/_cart/nothing", None, 404),
        ("/_cart/trouble", {"change_chance": 2}, 422),
    ],
)
def test_the_admin_says_what_it_does_not_understand(
    path: str, body: Any, status: int, shop: tuple[CartSimulator, httpx.Client]
) -> None:
    assert shop[1].post(path, json=body).status_code == status


def test_the_admin_brings_trouble_time_and_an_end_of_tokens(
    shop: tuple[CartSimulator, httpx.Client],
) -> None:
    cart, client = shop
    before = cart.clock.now()

    client.post("/_cart/clock", json={"advance_seconds": 3600}).raise_for_status()
    client.post("/_cart/expire").raise_for_status()
    client.post("/_cart/trouble", json={"fault_chance": 1.0}).raise_for_status()
    statuses = {client.get("/wp-json/wc/v3/orders").status_code for _ in range(12)}

    assert (cart.clock.now() - before).total_seconds() >= 3600
    assert statuses <= {429, 500, 502, 503}
    assert client.get("/_cart/calls").status_code == 200


def test_the_command_line_knows_every_cart() -> None:
    assert arguments(["--cart", "magento", "--port", "1"]).cart == "magento"
    with pytest.raises(SystemExit):
        arguments(["--cart", "nobody"])
