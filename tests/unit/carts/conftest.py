"""Sample documents of the carts, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from carts.documents import parse

_EVENTS = Path(__file__).parents[3] / "events"


@pytest.fixture
def sample() -> Callable[[str], bytes]:
    """The bytes of a file below `events/shopify`."""
    return lambda name: (_EVENTS / "shopify" / name).read_bytes()


@pytest.fixture
def edited(sample: Callable[[str], bytes]) -> Callable[..., Any]:
    """A sample document with members replaced by path, and their `_set` twins taken out."""

    def edit(name: str, changes: dict[str, Any]) -> Any:
        document = json.loads(sample(name))
        for path, value in changes.items():
            *parents, last = path.split(".")
            node = document
            for part in parents:
                node = node[int(part)] if isinstance(node, list) else node[part]
            node[int(last) if isinstance(node, list) else last] = value
            if isinstance(node, dict):
                node.pop(f"{last}_set", None)
        return parse(json.dumps(document).encode())

    return edit
