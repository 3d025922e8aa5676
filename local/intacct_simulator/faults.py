"""Faults on demand: which request gets which mishap, by rules and a seeded random source."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

HTML_STATUSES = frozenset({500, 502, 503, 504, 524})


class Mishap(StrEnum):
    """What may happen to a request. "after" means after the commit: the write has happened.

    `offline` and `rate-text` are the XML gateway's: a document with HTTP 200 whose text tells what
    is wrong (XML reference §7.4); REST answers 503 and 429 instead.
    """

    RATE_LIMIT = "429"
    UNAVAILABLE = "503"
    HTML_PAGE = "html"
    ERROR_BEFORE = "500-before"
    ERROR_AFTER = "500-after"
    DROP_BEFORE = "drop-before"
    DROP_AFTER = "drop-after"
    TRUNCATED = "truncated"
    SLOW = "slow"
    EXPIRE = "expire"
    OFFLINE = "offline"
    RATE_TEXT = "rate-text"


@dataclass
class Rule:
    """When a mishap strikes; every member that is given must match.

    Attributes:
        mishap: what happens.
        protocol: `rest`, `xml` or empty for both.
        method: HTTP method, or empty.
        path: regular expression searched in the path, or empty.
        function: name of an XML function in the request, or empty.
        nth: strikes only at the n-th match (from 1), or 0 for every one.
        times: strikes at most so often, or 0 without end.
        probability: 0 to 1, drawn from the seeded source.
        seconds: delay of `slow`, retry hint of `429` and `503`.
        status: HTTP status of `html`: 500, 502, 503, 504 or 524.
    """

    mishap: Mishap
    protocol: str = ""
    method: str = ""
    path: str = ""
    function: str = ""
    nth: int = 0
    times: int = 0
    probability: float = 1.0
    seconds: float = 5.0
    status: int = 502
    id: int = 0
    matched: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        """Refuse a path that is no regular expression at once, not at the first request."""
        self._path = re.compile(self.path)
        if self.status not in HTML_STATUSES:
            message = f"the status must be one of {', '.join(map(str, sorted(HTML_STATUSES)))}"
            raise ValueError(message)

    def matches(self, protocol: str, method: str, path: str, functions: Sequence[str]) -> bool:
        """Tell whether the rule speaks of such a request."""
        return (
            self.protocol in {"", protocol}
            and self.method in {"", method}
            and (not self.function or self.function in functions)
            and self._path.search(path) is not None
        )

    def as_json(self) -> dict[str, Any]:
        """Show the rule with how often it matched and struck."""
        hidden = {"_path"}
        return {name: value for name, value in vars(self).items() if name not in hidden}


@dataclass
class Faults:
    """The rules in force, in the order they were added; the first that strikes wins."""

    seed: int = 0
    rules: list[Rule] = field(default_factory=list)
    _made: int = 0

    def __post_init__(self) -> None:
        """Start the random source from the seed, so that a run can be repeated."""
        self._random = random.Random(self.seed)  # noqa: S311  # a repeatable dice, no secret

    def add(self, **fields: Any) -> Rule:
        """Add a rule.

        Raises:
            ValueError: the mishap or the path is not valid.
            TypeError: a member is not one of `Rule`'s.
        """
        mishap = Mishap(str(fields.pop("mishap")))
        try:
            rule = Rule(mishap=mishap, **fields)
        except re.error as exc:
            message = "the path is not a regular expression"
            raise ValueError(message) from exc
        self._made += 1
        rule.id = self._made
        self.rules.append(rule)
        return rule

    def reseed(self, seed: int) -> None:
        """Start the random source anew."""
        self.seed = seed
        self._random = random.Random(seed)  # noqa: S311  # a repeatable dice, no secret

    def clear(self, rule_id: int | None = None) -> None:
        """Take one rule away, or all."""
        self.rules = [] if rule_id is None else [r for r in self.rules if r.id != rule_id]

    def strike(
        self, protocol: str, method: str, path: str, functions: Sequence[str] = ()
    ) -> Rule | None:
        """Give the rule that strikes this request, or None; counts matches and strikes."""
        for rule in self.rules:
            if not rule.matches(protocol, method, path, functions):
                continue
            rule.matched += 1
            if rule.nth and rule.matched != rule.nth:
                continue
            if rule.times and rule.struck >= rule.times:
                continue
            if rule.probability < 1 and self._random.random() >= rule.probability:
                continue
            rule.struck += 1
            return rule
        return None
