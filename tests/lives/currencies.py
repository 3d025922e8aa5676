"""The same lives in currencies without minor units, and with three digits of them (R-0.4)."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from commerce.money import Money, minor_units
from tests.lives.carts import Life

CURRENCIES = ("USD", "JPY", "KWD")


def in_currency(life: Life, currency: str) -> Life:
    """The life with as many minor units of that currency as it has cents."""
    order, events = _told(life.order, currency), _told(life.events, currency)
    return replace(life, order=replace(order, currency=currency), events=events)


def _told(value: Any, currency: str) -> Any:
    match value:
        case Money():
            unit = Decimal(1).scaleb(-minor_units(currency))
            return Money(value.amount * 100 * unit, currency).rounded()
        case tuple():
            return tuple(_told(part, currency) for part in value)
        case str() if value == "USD":
            return currency
        case _ if is_dataclass(value) and not isinstance(value, type):
            members = {x.name: _told(getattr(value, x.name), currency) for x in fields(value)}
            return replace(value, **members)
        case _:
            return value
