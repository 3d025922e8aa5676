"""The Admin API as it behaves: cursors, sub-lists, missing points, outages, and refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from carts.adapter import CartApiError, ChangedOrder, StoreAccess
from carts.registry import adapter
from carts.shopify.client import ShopifyClient
from carts.shopify.graph_api import API_VERSION
from commerce.identity import order_breaches

SINCE = datetime(2026, 4, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 2, tzinfo=UTC)
Answer = Callable[[dict[str, Any]], httpx.Response]


class Server:
    """Answers questions one after the other and remembers them."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/admin/api/{API_VERSION}/graphql.json"
        assert request.headers["X-Shopify-Access-Token"] == "shpat-test"
        self.asked.append(json.loads(request.content))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def client(self) -> ShopifyClient:
        http = httpx.Client(
            base_url="https://shop.example",
            headers={"X-Shopify-Access-Token": "shpat-test"},
            transport=httpx.MockTransport(self),
        )
        return ShopifyClient(http, "shop", sleep=self.slept.append, clock=lambda: UNTIL)


def page(ids: list[str], cursor: str | None) -> dict[str, Any]:
    nodes = [{"legacyResourceId": i, "updatedAt": "2026-04-01T10:00:00Z"} for i in ids]
    info = {"hasNextPage": cursor is not None, "endCursor": cursor}
    return {"data": {"orders": {"nodes": nodes, "pageInfo": info}}}


def throttled(requested: float, available: float, rate: float) -> dict[str, Any]:
    status = {"currentlyAvailable": available, "restoreRate": rate}
    return {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {"requestedQueryCost": requested, "throttleStatus": status}},
    }


def ids(client: ShopifyClient) -> list[str]:
    pages = client.changed_orders(since=SINCE, until=UNTIL)
    return [changed.order_id for each in pages for changed in each]


def test_changed_orders_are_read_by_cursor_to_the_last_page() -> None:
    server = Server(page(["1", "2"], "c1"), page(["3"], "c2"), page([], None))

    pages = list(server.client().changed_orders(since=SINCE, until=UNTIL))

    assert [len(each) for each in pages] == [2, 1, 0]
    assert pages[0][0] == ChangedOrder("1", datetime(2026, 4, 1, 10, tzinfo=UTC))
    assert [asked["variables"]["after"] for asked in server.asked] == [None, "c1", "c2"]
    query = "updated_at:>='2026-04-01T00:00:00Z' AND updated_at:<'2026-04-02T00:00:00Z'"
    assert {asked["variables"]["query"] for asked in server.asked} == {query}


def test_missing_points_are_waited_for_as_long_as_they_take_to_refill() -> None:
    server = Server(throttled(300, 50, 100), page(["1"], None))

    assert ids(server.client()) == ["1"]
    assert server.slept == [2.5]


@pytest.mark.parametrize(
    ("trouble", "waited"),
    [
        (httpx.Response(429, headers={"Retry-After": "3"}), 3.0),
        (httpx.Response(503), 1.0),
        (httpx.ConnectError("x"), 1.0),
        (httpx.ReadTimeout("x"), 1.0),
        (httpx.RemoteProtocolError("x"), 1.0),
        ({"errors": [{"extensions": {"code": "THROTTLED"}}]}, 1.0),
    ],
)
def test_what_passes_is_tried_again_after_a_pause(trouble: Any, waited: float) -> None:
    server = Server(trouble, page(["1"], None))

    assert ids(server.client()) == ["1"]
    assert server.slept == [waited]


def test_an_outage_ends_in_an_error_that_may_pass() -> None:
    server = Server(*[httpx.ConnectError("x")] * 5)

    with pytest.raises(CartApiError) as raised:
        ids(server.client())

    assert not raised.value.is_lasting
    assert server.slept == [1, 2, 4, 8]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401),
        httpx.Response(402),
        httpx.Response(404),
        httpx.Response(301, headers={"Location": "https://elsewhere.example"}),
        {"errors": [{"message": "token shpat-test", "extensions": {"code": "ACCESS_DENIED"}}]},
        {"errors": "Invalid API key: shpat-test"},
        {"data": {"orders": {"nodes": [{"legacyResourceId": None}], "pageInfo": {}}}},
        {"data": {"orders": {"nodes": ["x"], "pageInfo": {}}}},
    ],
)
def test_what_does_not_pass_is_said_once_and_without_secrets(answer: Any) -> None:
    server = Server(answer)

    with pytest.raises(CartApiError) as raised:
        ids(server.client())

    assert raised.value.is_lasting
    assert len(server.asked) == 1
    assert "shpat" not in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"a":1,"a":2}'])
def test_an_answer_that_is_no_document_is_an_error(content: bytes) -> None:
    server = Server(httpx.Response(200, content=content))

    with pytest.raises(CartApiError):
        ids(server.client())


def graphql_node(sample: Callable[[str], bytes]) -> dict[str, Any]:
    document = json.loads(sample("graphql_orders_page.json"))
    node: dict[str, Any] = document["data"]["orders"]["edges"][0]["node"]
    return node


def test_an_order_is_read_with_every_line_refund_and_parcel(
    sample: Callable[[str], bytes],
) -> None:
    node = graphql_node(sample)
    lines, refund = node["lineItems"]["nodes"], node["refunds"][0]
    node["lineItems"] = {
        "nodes": lines[:1],
        "pageInfo": {"hasNextPage": True, "endCursor": "line-1"},
    }
    node["refunds"] = [{"id": refund["id"]}]
    node["fulfillments"] = [{"id": "gid://shopify/Fulfillment/31"}]
    more = {"lineItems": {"nodes": lines[1:], "pageInfo": {"hasNextPage": False}}}
    parcel = {
        "id": "gid://shopify/Fulfillment/31",
        "status": "SUCCESS",
        "createdAt": "2026-04-03T10:00:00Z",
        "fulfillmentLineItems": {
            "nodes": [{"quantity": 2, "lineItem": {"id": lines[0]["id"]}}],
            "pageInfo": {"hasNextPage": False},
        },
    }
    server = Server(
        {"data": {"order": node}},
        {"data": {"order": more}},
        {"data": {"refund": refund}},
        {"data": {"fulfillment": parcel}},
    )

    reading = server.client().order("5900000002001")

    assert reading.problems == ()
    assert reading.facts is not None
    order = reading.facts.order
    assert order is not None
    assert len(order.lines) == 2
    assert order_breaches(order) == []
    assert [p.ref.id for p in reading.facts.payments] == ["7200000002001"]
    assert reading.facts.refunds[0].paid.plain() == "45.15"
    assert reading.facts.fulfilments[0].lines[0].line_id == "14000000002001"
    assert server.asked[1]["variables"]["after"] == "line-1"


def test_a_list_that_was_not_read_to_its_end_is_never_mapped(
    sample: Callable[[str], bytes],
) -> None:
    node = graphql_node(sample)
    refund = node["refunds"][0]
    refund["refundLineItems"] = {"nodes": [], "pageInfo": {"hasNextPage": True}}
    server = Server({"data": {"order": node}}, {"data": {"refund": refund}})

    with pytest.raises(CartApiError, match="larger"):
        server.client().order("5900000002001")


def test_a_refund_that_the_api_does_not_show_is_never_left_out(
    sample: Callable[[str], bytes],
) -> None:
    server = Server({"data": {"order": graphql_node(sample)}}, {"data": {"refund": None}})

    with pytest.raises(CartApiError, match="refund"):
        server.client().order("5900000002001")


@pytest.mark.parametrize(
    "order",
    [None, {"lineItems": {"nodes": ["x"]}}, {"transactions": ["x"]}, {"refunds": {"nodes": [1]}}],
)
def test_an_answer_of_another_shape_is_an_error_or_problems(order: Any) -> None:
    server = Server({"data": {"order": order}})

    try:
        reading = server.client().order("1")
    except CartApiError as error:
        lasting = error.is_lasting
    else:
        lasting = bool(reading.problems)

    assert lasting


@pytest.mark.parametrize(
    ("base_url", "token"),
    [("http://shop.example", "t"), ("ftp://shop.example", "t"), ("https://shop.example", "")],
)
def test_a_store_is_called_by_https_and_with_a_token_only(base_url: str, token: str) -> None:
    with pytest.raises(CartApiError) as raised:
        adapter("shopify").client(StoreAccess("shop", "shop.example", base_url, token))

    assert raised.value.is_lasting


def test_a_token_never_shows() -> None:
    access = StoreAccess("shop", "shop.example", "", "shpat-secret")

    assert "shpat-secret" not in repr(access)
    assert "shpat-secret" not in repr(adapter("shopify").client(access))
