"""What every test finds: the environment as Lambda would set it, and no calls of other tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import settings

settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("searching", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
# The suite draws the same examples every time; `HYPOTHESIS_PROFILE=searching` draws new ones.


@cache
def _loaded(path: str) -> Any:
    return _load_file(JSONFileLoader(), path)


def _load_once(loader: JSONFileLoader, path: str) -> Any:
    return _load_file(loader, path) if _CHANGED_BY_MOTO in path else _loaded(path)


# Each AWS session parses the models of its services anew: a third of what a rig of AWS costs.
_load_file = JSONFileLoader.load_file
_CHANGED_BY_MOTO = "/s3/"
JSONFileLoader.load_file = _load_once  # type: ignore[method-assign,assignment]

os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Cartledger/test")


@pytest.fixture(autouse=True)
def _no_calls_left() -> Iterator[None]:
    """The process counts its calls at Sage; what a test leaves is not the next one's to report."""
    yield
    connections = sys.modules.get("shared.bootstrap.connections")
    if connections is not None:
        connections.calls().taken()
