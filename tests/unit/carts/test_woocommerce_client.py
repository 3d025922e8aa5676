"""The REST API as sites behave: ties, orders on the move, sites that cannot sort, refunds apart."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from carts.adapter import CartApiError, StoreAccess
from carts.registry import adapter
from carts.woocommerce.client import PAGE_SIZE, WooCommerceClient
from commerce.identity import order_breaches
from commerce.money import Money

_EVENTS = Path(__file__).parents[3] / "events" / "woocommerce"
SINCE = datetime(2026, 4, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 2, tzinfo=UTC)
AFTER = UNTIL + timedelta(minutes=5)


class Site:
    """A shop's API over a table of order ids and times of change; `moves` happen between calls."""

    def __init__(
        self, times: dict[int, datetime], *, sorts: bool = True, refuses: bool = False
    ) -> None:
        self.times = times
        self.sorts = sorts
        self.refuses = refuses
        self.move: Callable[[], None] = lambda: None
        self.asked: list[httpx.QueryParams] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        self.asked.append(query)
        if self.refuses and query["orderby"] == "modified":
            return httpx.Response(400, json={"code": "rest_invalid_param"})
        after = datetime.fromisoformat(query["modified_after"]).replace(tzinfo=UTC)
        before = datetime.fromisoformat(query["modified_before"]).replace(tzinfo=UTC)
        excluded = {int(each) for each in query.get("exclude", "").split(",") if each}
        rows = [
            (number, moment)
            for number, moment in self.times.items()
            if after < moment < before and number not in excluded
        ]
        by_time = self.sorts and query["orderby"] == "modified"
        rows.sort(key=lambda row: (row[1], row[0]) if by_time else (row[0], row[1]))
        size, page = int(query["per_page"]), int(query.get("page", "1"))
        shown = rows[(page - 1) * size : page * size]
        headers = {"X-WP-Total": str(len(rows))}
        self.move()
        return httpx.Response(
            200,
            headers=headers,
            json=[
                {"id": n, "date_modified_gmt": t.strftime("%Y-%m-%dT%H:%M:%S")} for n, t in shown
            ],
        )


def client_of(answer: Callable[[httpx.Request], httpx.Response]) -> WooCommerceClient:
    http = httpx.Client(base_url="https://shop.example", transport=httpx.MockTransport(answer))
    return WooCommerceClient(http, "shop", sleep=lambda _: None, nonce=lambda: "n")


def listed(site: Site) -> list[str]:
    pages = client_of(site).changed_orders(since=SINCE, until=UNTIL)
    return [each.order_id for page in pages for each in page]


def spread(count: int, seconds: int) -> dict[int, datetime]:
    return {n: SINCE + timedelta(seconds=n * seconds) for n in range(1, count + 1)}


def texts(numbers: Iterable[int]) -> list[str]:
    return [str(number) for number in numbers]


def test_all_pages_are_read_from_the_last_seen_time_on() -> None:
    site = Site(spread(250, 60))

    found = listed(site)

    assert found == texts(range(1, 251))
    assert all("page" not in query for query in site.asked)
    assert {query["dates_are_gmt"] for query in site.asked} == {"true"}


def test_an_order_at_the_very_start_of_the_window_is_read() -> None:
    assert listed(Site({1: SINCE, 2: UNTIL})) == ["1"]


def test_many_orders_of_one_second_are_all_read() -> None:
    site = Site(dict.fromkeys(range(1, 331), SINCE + timedelta(hours=1)) | {999: SINCE})

    assert sorted(listed(site)) == sorted(texts([999, *range(1, 331)]))


def test_more_orders_in_one_second_than_can_be_told_apart_are_an_error() -> None:
    site = Site(dict.fromkeys(range(1, 901), SINCE + timedelta(hours=1)))

    with pytest.raises(CartApiError) as caught:
        listed(site)

    assert caught.value.is_lasting


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("kind", ["sorts", "does not sort", "refuses to sort"])
def test_no_order_is_lost_while_others_leave_the_window(seed: int, kind: str) -> None:
    rng = random.Random(seed)  # noqa: S311  # a replayable history
    moments = [SINCE + timedelta(seconds=rng.randrange(400)) for _ in range(330)]
    site = Site(
        dict(enumerate(moments, start=1)), sorts=kind == "sorts", refuses=kind == "refuses to sort"
    )
    moved: set[str] = set()

    def move() -> None:
        for number in rng.sample(sorted(site.times), 3):
            if len(moved) < 12:
                site.times[number] = AFTER
                moved.add(str(number))

    site.move = move
    found = set(listed(site))

    assert found | moved == set(texts(site.times))


def test_a_site_that_never_comes_to_rest_is_an_error_and_no_gap() -> None:
    site = Site(spread(400, 1), refuses=True)
    left = iter(range(1, 400))

    def move() -> None:
        site.times[next(left)] = AFTER

    site.move = move

    with pytest.raises(CartApiError) as caught:
        listed(site)

    assert not caught.value.is_lasting


def test_a_failure_on_a_later_page_is_raised() -> None:
    site = Site(spread(250, 60))

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if len(site.asked) == 1 else site(request)

    with pytest.raises(CartApiError):
        list(client_of(answer).changed_orders(since=SINCE, until=UNTIL))


class Shelf:
    """Answers by path, and remembers what was asked."""

    def __init__(self, documents: dict[str, list[Any]]) -> None:
        self.documents = documents
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        decimals = request.url.params.get("dp", "")
        name = f"{request.url.path}{'?dp=' + decimals if decimals else ''}"
        self.asked.append(name)
        answers = self.documents.get(name)
        if not answers:
            return httpx.Response(404, json={"code": "woocommerce_rest_shop_order_invalid_id"})
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


def load(name: str) -> Any:
    return json.loads((_EVENTS / f"{name}.json").read_bytes())


def test_an_order_comes_with_its_refunds() -> None:
    shelf = Shelf(
        {
            "/orders/7001": [load("order_updated_partially_refunded")],
            "/orders/7001/refunds": [load("refunds_of_7001")],
        }
    )

    reading = client_of(shelf).order("7001")

    assert reading.problems == ()
    assert reading.facts is not None
    assert [refund.paid for refund in reading.facts.refunds] == [Money.of("21.60", "GBP")]


def test_an_order_without_refunds_costs_one_call() -> None:
    shelf = Shelf({"/orders/7001": [load("order_updated_processing")]})

    assert client_of(shelf).order("7001").problems == ()
    assert shelf.asked == ["/orders/7001"]


def test_a_refund_made_between_the_calls_is_read_with_its_order() -> None:
    shelf = Shelf(
        {
            "/orders/7001": [load("order_updated_partially_refunded")],
            "/orders/7001/refunds": [[], load("refunds_of_7001")],
        }
    )

    reading = client_of(shelf).order("7001")

    assert reading.facts is not None
    assert len(reading.facts.refunds) == 1
    assert shelf.asked == ["/orders/7001", "/orders/7001/refunds"] * 2


def test_refunds_that_never_fit_their_order_are_an_error() -> None:
    shelf = Shelf(
        {
            "/orders/7001": [load("order_updated_partially_refunded")],
            "/orders/7001/refunds": [[]],
        }
    )

    with pytest.raises(CartApiError) as caught:
        client_of(shelf).order("7001")

    assert not caught.value.is_lasting


def rounded_apart() -> tuple[Any, Any]:
    """An order whose cents do not add up at two decimals, and the same at six."""
    order = load("order_updated_processing")
    coarse, fine = json.loads(json.dumps(order)), json.loads(json.dumps(order))
    coarse["line_items"][0].update(subtotal="60.01")
    fine["line_items"][0].update(subtotal="60.005000")
    fine["discount_total"] = "6.005000"
    return coarse, fine


def test_an_order_that_does_not_add_up_is_read_with_all_decimals() -> None:
    coarse, fine = rounded_apart()
    shelf = Shelf({"/orders/7001": [coarse], "/orders/7001?dp=6": [fine]})

    reading = client_of(shelf).order("7001")

    assert reading.facts is not None
    assert reading.facts.order is not None
    assert order_breaches(reading.facts.order) == []
    assert reading.facts.order.lines[0].gross == Money.of("60.005000", "GBP")


def test_an_order_that_adds_up_nowhere_stays_as_the_site_shows_it() -> None:
    coarse, _ = rounded_apart()
    shelf = Shelf({"/orders/7001": [coarse], "/orders/7001?dp=6": [coarse]})

    reading = client_of(shelf).order("7001")

    assert reading.facts is not None
    assert reading.facts.order is not None
    assert order_breaches(reading.facts.order) != []


@pytest.mark.parametrize(
    ("answer", "is_lasting"),
    [
        (httpx.Response(404), True),
        (httpx.Response(401), True),
        (httpx.Response(429), False),
        (httpx.Response(503), False),
        (httpx.Response(200, text="<html>"), False),
        (httpx.Response(200, json=[]), True),
        (httpx.Response(200, json={"id": 8}), True),
    ],
)
def test_what_the_api_refuses_is_told_apart(answer: httpx.Response, *, is_lasting: bool) -> None:
    with pytest.raises(CartApiError) as caught:
        client_of(Shelf({"/orders/7": [answer]})).order("7")

    assert caught.value.is_lasting is is_lasting


def test_the_pause_that_the_site_asks_for_is_kept() -> None:
    slept: list[float] = []
    answers = [httpx.Response(429, headers={"Retry-After": "3"}), httpx.Response(200, json=[])]
    http = httpx.Client(
        base_url="https://shop.example", transport=httpx.MockTransport(lambda _: answers.pop(0))
    )
    client = WooCommerceClient(http, "shop", sleep=slept.append)

    pages = list(client.changed_orders(since=SINCE, until=UNTIL))

    assert (pages, slept) == ([[]], [3.0])


@pytest.mark.parametrize(
    "access",
    [
        StoreAccess("shop", "shop.example", "http://shop.example", "ck:cs"),
        StoreAccess("shop", "shop.example", "", "ck"),
        StoreAccess("shop", "shop.example", "", ":cs"),
        StoreAccess("shop", "", "", "ck:cs"),
    ],
)
def test_an_unsafe_address_or_half_a_key_is_refused(access: StoreAccess) -> None:
    with pytest.raises(CartApiError) as caught:
        adapter("woocommerce").client(access)

    assert caught.value.is_lasting
    assert "cs" not in str(caught.value).split()


def test_keys_go_into_the_header_and_never_into_the_address() -> None:
    asked: list[httpx.Request] = []
    access = StoreAccess("shop", "shop.example/sub", "", "ck_1:cs_2")
    client = WooCommerceClient.connect(access)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=[])

    client._api._http._transport = httpx.MockTransport(answer)  # the pool is the client's own

    list(client.changed_orders(since=SINCE, until=UNTIL))

    expected = base64.b64encode(b"ck_1:cs_2").decode()
    assert asked[0].headers["Authorization"] == f"Basic {expected}"
    assert asked[0].url.path == "/sub/wp-json/wc/v3/orders"
    assert "cs_2" not in str(asked[0].url)
    assert asked[0].url.params["per_page"] == str(PAGE_SIZE)


def test_a_site_that_hangs_is_given_up_before_a_function_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("tenacity.time.monotonic", lambda: now[0])
    asked = []

    def hanging(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        now[0] += 20.0
        message = "no answer"
        raise httpx.ReadTimeout(message)

    with pytest.raises(CartApiError, match="out of reach"):
        list(client_of(hanging).changed_orders(since=SINCE, until=UNTIL))

    assert len(asked) == 3
