"""One deployed local stack for all end-to-end tests, with the demo tenant loaded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.demo.carts import CartShops
from local.demo.other_carts import demo_shops
from local.demo.tenant import load
from local.stack import LocalStack


@pytest.fixture(scope="session")
def shops() -> Iterator[CartShops]:
    with demo_shops() as opened:
        yield opened


@pytest.fixture(scope="session")
def stack(shops: CartShops) -> Iterator[LocalStack]:
    with LocalStack("e2e", say=print) as running:
        load(running, shops)
        yield running
