"""The REST API as it behaves: orders on the move, ties, documents that follow, OAuth."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from carts.adapter import CartApiError, StoreAccess
from carts.magento.client import MagentoClient
from carts.magento.oauth1 import Credentials, OAuth1, signature_base
from carts.registry import adapter
from commerce.identity import order_breaches
from commerce.money import Money

_EVENTS = Path(__file__).parents[3] / "events" / "magento"
_FILTER = re.compile(r"searchCriteria\[filter_groups\]\[(\d+)\]\[filters\]\[0\]\[(\w+)\]")
SINCE = datetime(2026, 4, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 2, tzinfo=UTC)
AFTER = UNTIL + timedelta(minutes=5)


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def lets_through(row: dict[str, Any], params: httpx.QueryParams) -> bool:
    """The search grammar: groups are joined by and."""
    groups: dict[str, dict[str, str]] = {}
    for name, value in params.items():
        found = _FILTER.fullmatch(name)
        if found:
            groups.setdefault(found[1], {})[found[2]] = value
    for group in groups.values():
        stated = row[group["field"]]
        wanted: Any = int(group["value"]) if isinstance(stated, int) else group["value"]
        condition = group["condition_type"]
        if not {
            "eq": stated == wanted,
            "gt": stated > wanted,
            "gteq": stated >= wanted,
            "lt": stated < wanted,
        }[condition]:
            return False
    return True


class Shop:
    """A store's API over lists of rows; `move` happens after each answer."""

    def __init__(self, **lists: list[dict[str, Any]]) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {
            "orders": [],
            "creditmemos": [],
            "invoices": [],
            "shipments": [],
        } | lists
        self.move: Callable[[], None] = lambda: None
        self.asked: list[httpx.URL] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        params = request.url.params
        name, _, number = request.url.path.removeprefix("/").partition("/")
        if number:
            row = next((r for r in self.lists[name] if str(r["entity_id"]) == number), None)
            answer = httpx.Response(404) if row is None else httpx.Response(200, json=row)
            self.move()
            return answer
        rows = [row for row in self.lists[name] if lets_through(row, params)]
        rows.sort(key=lambda row: row["entity_id"])
        rows.sort(key=lambda row: row[params["searchCriteria[sortOrders][0][field]"]])
        size = int(params["searchCriteria[pageSize]"])
        document = {"items": rows[:size], "total_count": len(rows)}
        response = httpx.Response(200, json=document)
        self.move()
        return response


def client_of(answer: Callable[[httpx.Request], httpx.Response]) -> MagentoClient:
    http = httpx.Client(base_url="https://shop.example", transport=httpx.MockTransport(answer))
    return MagentoClient(http, "shop", sleep=lambda _: None)


def row(number: int, moment: datetime, **members: Any) -> dict[str, Any]:
    return {"entity_id": number, "updated_at": text(moment), **members}


def listed(shop: Shop) -> set[str]:
    pages = client_of(shop).changed_orders(since=SINCE, until=UNTIL)
    return {each.order_id for page in pages for each in page}


def texts(numbers: Iterable[int]) -> set[str]:
    return {str(number) for number in numbers}


def test_all_pages_are_read_from_the_last_seen_time_on() -> None:
    shop = Shop(orders=[row(n, SINCE + timedelta(minutes=n)) for n in range(1, 251)])

    assert listed(shop) == texts(range(1, 251))
    assert {url.params["searchCriteria[currentPage]"] for url in shop.asked} == {"1"}


def test_a_window_has_its_first_moment_and_not_its_last() -> None:
    assert listed(Shop(orders=[row(1, SINCE), row(2, UNTIL)])) == {"1"}


def test_any_number_of_orders_of_one_second_is_read() -> None:
    moment = SINCE + timedelta(hours=1)
    tied = [row(n, moment) for n in range(1, 431)]
    shop = Shop(orders=[row(900, SINCE), *tied, row(901, moment + timedelta(seconds=1))])

    assert listed(shop) == texts([900, 901, *range(1, 431)])


def test_a_changed_credit_memo_points_to_its_order() -> None:
    shop = Shop(creditmemos=[row(61, SINCE, order_id=450)])

    assert listed(shop) == {"450"}


@pytest.mark.parametrize("seed", range(40))
def test_no_order_is_lost_while_others_leave_the_window(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  # a replayable history
    seconds = rng.choice([1, 2, 400])
    shop = Shop(
        orders=[row(n, SINCE + timedelta(seconds=rng.randrange(seconds))) for n in range(1, 351)]
    )
    moved: set[str] = set()

    def move() -> None:
        for each in rng.sample(shop.lists["orders"], 5):
            each["updated_at"] = text(AFTER)
            moved.add(str(each["entity_id"]))

    shop.move = move

    assert listed(shop) | moved == texts(range(1, 351))


def test_a_store_that_does_not_sort_is_an_error_and_no_gap() -> None:
    rows = [row(2, SINCE + timedelta(hours=1)), row(1, SINCE)]

    with pytest.raises(CartApiError) as caught:
        list(
            client_of(
                lambda _: httpx.Response(200, json={"items": rows, "total_count": 2})
            ).changed_orders(since=SINCE, until=UNTIL)
        )

    assert caught.value.is_lasting


def order() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_EVENTS / "rest_orders_page.json").read_bytes())
    found: dict[str, Any] = document["items"][1]
    return found


def memo() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_EVENTS / "creditmemo.json").read_bytes())
    return found


def invoice(number: int, amount: int) -> dict[str, Any]:
    return {
        "entity_id": number,
        "order_id": 450,
        "state": 2,
        "grand_total": amount,
        "order_currency_code": "GBP",
        "created_at": "2026-04-02 08:16:00",
    }


def test_an_order_comes_with_all_that_follows_it() -> None:
    other = invoice(8, 5) | {"order_id": 451}
    shop = Shop(orders=[order()], invoices=[invoice(7, 114), other], creditmemos=[memo()])

    reading = client_of(shop).order("450")

    assert reading.problems == ()
    assert reading.facts is not None
    assert reading.facts.order is not None
    assert order_breaches(reading.facts.order) == []
    assert [payment.ref.id for payment in reading.facts.payments] == ["invoice:7"]
    assert [refund.paid for refund in reading.facts.refunds] == [Money.of("56", "GBP")]


def test_many_invoices_are_read_to_the_last() -> None:
    shop = Shop(orders=[order()], invoices=[invoice(n, 1) for n in range(1, 231)])

    reading = client_of(shop).order("450")

    assert reading.facts is not None
    assert len(reading.facts.payments) == 230


def test_an_order_that_changes_while_it_is_read_is_read_again() -> None:
    shop = Shop(orders=[order()])

    def refund() -> None:
        if len(shop.asked) == 4:
            shop.lists["creditmemos"].append(memo())
            shop.lists["orders"] = [order() | {"total_refunded": 56}]

    shop.move = refund

    reading = client_of(shop).order("450")

    assert reading.facts is not None
    assert len(reading.facts.refunds) == 1


def test_an_order_that_never_rests_is_an_error() -> None:
    shop = Shop(orders=[order()])
    shop.move = lambda: shop.lists.update(orders=[order() | {"weight": len(shop.asked)}])

    with pytest.raises(CartApiError) as caught:
        client_of(shop).order("450")

    assert not caught.value.is_lasting


@pytest.mark.parametrize(
    ("answer", "is_lasting"),
    [
        (httpx.Response(404), True),
        (httpx.Response(401), True),
        (httpx.Response(503), False),
        (httpx.Response(200, text="<html>"), False),
        (httpx.Response(200, json=[]), True),
        (httpx.Response(200, json={"entity_id": 8}), True),
    ],
)
def test_what_the_api_refuses_is_told_apart(answer: httpx.Response, *, is_lasting: bool) -> None:
    with pytest.raises(CartApiError) as caught:
        client_of(lambda _: answer).order("7")

    assert caught.value.is_lasting is is_lasting


@pytest.mark.parametrize("token", ["", "a:b", "a:b:c:", "a:b:c:d:e"])
def test_a_token_of_another_form_is_refused(token: str) -> None:
    with pytest.raises(CartApiError) as caught:
        adapter("magento").client(StoreAccess("shop", "shop.example", "", token))

    assert caught.value.is_lasting


@pytest.mark.parametrize(
    ("base_url", "path"),
    [
        ("", "/rest/default/V1/orders/7"),
        ("https://shop.example/rest/all", "/rest/all/V1/orders/7"),
        ("https://shop.example/sub", "/sub/rest/default/V1/orders/7"),
    ],
)
@pytest.mark.parametrize(("token", "scheme"), [("abc", "Bearer abc"), ("a:b:c:d", "OAuth oauth_")])
def test_the_address_and_the_scheme_follow_the_store(
    base_url: str, path: str, token: str, scheme: str
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(404)

    client = MagentoClient.connect(StoreAccess("shop", "shop.example", base_url, token))
    client._api._http._transport = httpx.MockTransport(answer)  # the pool is the client's own

    with pytest.raises(CartApiError):
        client.order("7")

    assert asked[0].url.path == path
    assert asked[0].headers["Authorization"].startswith(scheme)


def test_the_base_text_is_that_of_the_standard() -> None:
    """The example of RFC 5849, section 3.4.1.1."""
    parameters = [
        ("b5", "=%3D"),
        ("a3", "a"),
        ("c@", ""),
        ("a2", "r b"),
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("c2", ""),
        ("a3", "2 q"),
    ]

    assert signature_base("post", "http://example.com/request", parameters) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D"
        "%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e"
        "4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9"
        "d7dh3k39sjv7"
    )


def test_a_request_is_signed_over_its_query() -> None:
    request = httpx.Request("GET", "https://shop.example/rest/V1/orders", params={"a[b]": "c d"})
    auth = OAuth1(Credentials("ck", "cs", "tk", "ts"), clock=lambda: 1.9, nonce=lambda: "n")

    signed = next(auth.auth_flow(request))

    base = (
        "GET&https%3A%2F%2Fshop.example%2Frest%2FV1%2Forders&a%255Bb%255D%3Dc%2520d"
        "%26oauth_consumer_key%3Dck%26oauth_nonce%3Dn%26oauth_signature_method%3DHMAC-SHA256"
        "%26oauth_timestamp%3D1%26oauth_token%3Dtk%26oauth_version%3D1.0"
    )
    digest = b64encode(hmac.new(b"cs&ts", base.encode(), hashlib.sha256).digest()).decode()
    escaped = digest.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    assert f'oauth_signature="{escaped}"' in signed.headers["Authorization"]


def test_no_secret_shows_in_a_repr() -> None:
    assert repr(Credentials("ck", "cs", "tk", "ts")) == "Credentials()"
