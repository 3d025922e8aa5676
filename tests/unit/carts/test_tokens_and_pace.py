"""Tokens are asked for once and renewed when refused; calls keep the pace that a cart allows."""

from __future__ import annotations

import threading
from urllib.parse import parse_qs

import httpx
import pytest

from carts.adapter import CartApiError
from carts.pace import Pace
from carts.tokens import RenewedToken, Token, TokenRequest, bearer


class Desk:
    """Mints numbered tokens and accepts the last one only."""

    def __init__(self, seconds: int = 3600) -> None:
        self.seconds = seconds
        self.minted = 0
        self.time = 0.0
        self.is_moody = False

    def renew(self) -> Token:
        self.minted += 1
        return Token(f"t{self.minted}", self.seconds)

    def serve(self, request: httpx.Request) -> httpx.Response:
        good = request.headers["Authorization"] == f"Bearer t{self.minted}" and not self.is_moody
        return httpx.Response(200 if good else 401)

    def client(self) -> httpx.Client:
        auth = RenewedToken(self.renew, bearer, now=lambda: self.time)
        transport = httpx.MockTransport(self.serve)
        return httpx.Client(auth=auth, transport=transport, base_url="https://cart.example")


def test_a_token_is_used_until_shortly_before_its_end() -> None:
    desk = Desk()
    http = desk.client()

    answers = []
    for moment in (0.0, 3000.0, 3539.0, 3541.0):
        desk.time = moment
        answers.append(http.get("/").status_code)

    assert answers == [200] * 4
    assert desk.minted == 2


def test_a_token_that_ended_early_is_renewed_once() -> None:
    desk = Desk()
    http = desk.client()
    http.get("/")
    desk.minted += 1

    answer = http.get("/")

    assert answer.status_code == 200
    assert desk.minted == 3


def test_a_refusal_of_the_new_token_is_final() -> None:
    desk = Desk()
    desk.is_moody = True

    answer = desk.client().get("/")

    assert answer.status_code == 401
    assert desk.minted == 2


def test_many_threads_ask_for_one_token() -> None:
    desk = Desk()
    http = desk.client()
    threads = [threading.Thread(target=http.get, args=("/",)) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert desk.minted == 1


def _request(status: int, content: bytes) -> TokenRequest:
    def serve(request: httpx.Request) -> httpx.Response:
        assert parse_qs(request.content.decode()) == {"grant_type": ["refresh_token"]}
        return httpx.Response(status, content=content)

    http = httpx.Client(transport=httpx.MockTransport(serve))
    form = {"grant_type": "refresh_token"}
    return TokenRequest(http, "https://cart.example/token", form, ("id", "secret"))


def test_a_token_comes_with_its_lifetime_and_never_shows() -> None:
    token = _request(200, b'{"access_token":"a-secret","expires_in":7200}')()

    assert (token.value, token.seconds) == ("a-secret", 7200)
    assert "a-secret" not in repr(token)


@pytest.mark.parametrize(
    ("status", "content", "is_lasting"),
    [
        (400, b'{"error":"invalid_grant"}', True),
        (401, b"", True),
        (429, b"", False),
        (503, b"", False),
        (200, b"<html>", False),
        (200, b'{"access_token":""}', False),
        (200, b"[]", False),
    ],
)
def test_without_a_token_there_is_an_error_that_says_if_it_lasts(
    status: int, content: bytes, *, is_lasting: bool
) -> None:
    with pytest.raises(CartApiError) as caught:
        _request(status, content)()

    assert caught.value.is_lasting is is_lasting


class Clock:
    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def _pace(clock: Clock, per_second: float, burst: int) -> Pace:
    return Pace("listing", per_second=per_second, burst=burst, sleep=clock.sleep, now=clock.now)


def test_a_burst_is_free_and_then_calls_wait_for_the_refill() -> None:
    clock = Clock()
    pace = _pace(clock, 0.5, 3)

    for _ in range(5):
        pace.take()

    assert clock.slept == [2.0, 2.0]


def test_a_wait_beyond_patience_is_an_error_that_says_how_long() -> None:
    clock = Clock()
    pace = _pace(clock, 0.0056, 1)
    pace.take()

    with pytest.raises(CartApiError, match="next listing in 179 s"):
        pace.take()

    clock.time += 170.0
    pace.take()
    assert [round(seconds, 1) for seconds in clock.slept] == [8.6]


def test_a_stated_rate_takes_the_place_of_the_documented_one() -> None:
    clock = Clock()
    pace = _pace(clock, 0.5, 1)
    pace.take()

    for text in ("2.0", "", "nan", "-1", "inf"):
        pace.learn(text)
    pace.take()

    assert clock.slept == [0.5]
