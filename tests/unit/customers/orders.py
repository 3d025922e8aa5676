"""Orders of buyers, as few members of them as choosing a customer looks at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from commerce.kinds import FulfillmentStatus, OrderStatus, PaymentStatus
from commerce.money import Money
from commerce.orders import Address, Buyer, Order, Ref, Version

START = datetime(2026, 4, 2, 12, tzinfo=UTC)
HOME = Address(
    name="Ada Byron",
    line1="1 Main St",
    city="San Jose",
    region_code="CA",
    postal_code="95110",
    country="US",
    phone="+1 408 555 0100",
)
OFFICE = replace(HOME, line1="7 Work Rd", postal_code="95120", company="Ada & Sons")
ADA = Buyer(id="4711", email="ada@example.com", name="Ada Byron")


def order(number: int = 1, *, minutes: int = 0, **members: Any) -> Order:
    """An order of Ada's; `minutes` is how much newer it is than the first."""
    given: dict[str, Any] = {"buyer": ADA, "billing": HOME, "shipping": HOME, **members}
    return Order(
        ref=Ref("shopify", "shop", "order", str(number)),
        number=f"#{number}",
        version=Version(START + timedelta(minutes=minutes), str(number)),
        placed_at=START,
        status=OrderStatus.OPEN,
        payment_status=PaymentStatus.PAID,
        fulfillment_status=FulfillmentStatus.UNFULFILLED,
        currency="USD",
        total=Money.of("10.00", "USD"),
        lines=(),
        **given,
    )
