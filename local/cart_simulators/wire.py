"""Requests and answers of a simulated cart, without any web framework: tests call it in process."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

Handler = Callable[..., "Answer"]
"""Takes the request, and what the route's pattern names."""


class Refusal(Exception):  # noqa: N818  # an answer like any other, not a failure of ours
    """The cart refuses; the carried answer goes back to the caller."""

    def __init__(self, answer: Answer) -> None:
        """Keep what is to be answered."""
        super().__init__(f"refused with {answer.status}")
        self.answer = answer


class Dropped(Exception):  # noqa: N818  # likewise
    """The connection breaks without an answer."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names are in lower case."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters; of a repeated one the last counts."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def document(self) -> Any:
        """The JSON body; fractions are decimals. None when the body is empty or no JSON."""
        try:
            return json.loads(self.body, parse_float=Decimal)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """Which handler serves a method and a path; named groups of the pattern become arguments."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler
    is_listing: bool = False
    lists_products: bool = False


def route(
    method: str,
    pattern: str,
    handler: Handler,
    *,
    is_listing: bool = False,
    lists_products: bool = False,
) -> Route:
    """A route; `{name}` in the pattern stands for one part of the path.

    After each answer of a listing, orders (or products) may change: that is what paging must
    survive.
    """
    expression = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
    return Route(method, re.compile(expression), handler, is_listing, lists_products)


def json_answer(
    document: Any, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """A JSON answer; decimals become JSON numbers with their digits kept."""
    shown = {"content-type": "application/json", **(headers or {})}
    return Answer(status, to_json(document), shown)


def to_json(document: Any) -> bytes:
    """Compact JSON in UTF-8; a Decimal is written as a number, digit by digit."""
    marked = json.dumps(document, default=_marked, separators=(",", ":"), ensure_ascii=False)
    return _MARKED.sub(r"\1", marked).encode()


_MARKED = re.compile(r'"\\u0000([^"]*)\\u0000"')


def _marked(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"\x00{value:f}\x00"
    message = f"{type(value).__name__} has no place in JSON"
    raise TypeError(message)
