"""Calls that a cart says are left: the last one spent is waited for, within reason."""

from __future__ import annotations

import pytest

from carts.adapter import CartApiError
from carts.allowance import LONGEST_WAIT_SECONDS, Allowance


class Watch:
    """A time that moves when somebody waits."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def allowance(watch: Watch) -> Allowance:
    return Allowance("call", sleep=watch.sleep, now=lambda: watch.seconds)


def test_nothing_is_waited_for_before_the_cart_said_anything(
    allowance: Allowance, watch: Watch
) -> None:
    allowance.take()

    assert watch.waits == []


def test_after_the_last_call_the_rest_of_the_time_is_waited(
    allowance: Allowance, watch: Watch
) -> None:
    allowance.learn("0", 7.5)
    watch.seconds += 2.0

    allowance.take()
    allowance.take()

    assert watch.waits == [5.5]


@pytest.mark.parametrize(
    ("left", "seconds"),
    [("1", 7.5), ("", 7.5), ("many", 7.5), ("0", None), ("0", 0.0), ("0", -3.0)],
)
def test_what_leaves_calls_or_says_nothing_is_no_reason_to_wait(
    left: str, seconds: float | None, allowance: Allowance, watch: Watch
) -> None:
    allowance.learn("0", 5.0)
    allowance.learn(left, seconds)

    allowance.take()

    assert watch.waits == []


def test_a_wait_beyond_what_a_function_has_is_said_instead(
    allowance: Allowance, watch: Watch
) -> None:
    allowance.learn("0", LONGEST_WAIT_SECONDS + 12)

    with pytest.raises(CartApiError, match="the next call in 32 s") as caught:
        allowance.take()

    assert not caught.value.is_lasting
    assert watch.waits == []
