"""What a defect is, and the ways in which it is put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tests.simulation.weather import DRAWN, Weather
from tests.simulation.wire import DynamoDbFace

Patch = AbstractContextManager[Any]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One defect, and how to put it in; in its weather it matters often."""

    name: str
    apply: Callable[[], Patch]
    weather: Weather = DRAWN


@contextmanager
def all_of(*patches: Patch) -> Iterator[None]:
    """All of these at once."""
    with ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        yield


def unconditioned(pk: str, sk: str, operations: Collection[str]) -> Patch:
    """Let writes to items whose keys match these patterns forget their condition."""

    def forgets(write: Mapping[str, Any]) -> bool:
        key = write.get("Item") or write["Key"]
        names = (pk, key["pk"]["S"]), (sk, key["sk"]["S"])
        return all(re.match(pattern, text) for pattern, text in names)

    def careless(operation: str) -> Callable[..., Any]:
        known = getattr(DynamoDbFace, operation)

        def call(self: DynamoDbFace, **request: Any) -> Any:
            writes = [
                write for each in request.get("TransactItems", []) for write in each.values()
            ] or [request]
            for write in writes:
                if forgets(write):
                    write.pop("ConditionExpression", None)
            return known(self, **request)

        return call

    return all_of(*(patch.object(DynamoDbFace, name, careless(name)) for name in operations))
