"""The work that all clients of the comparison do, as plain data: one place says what an order is.

Every order has its own customer; of each ten the first five are known already (their ids begin
with `OLD`, and the seeding creates them) and five are new. This module imports nothing of the
product, since the workers of public SDKs run without it.
"""

from __future__ import annotations

BATCH = 10
KNOWN_OF_TEN = 5
ITEM, UNIT, LOCATION, ACCOUNT, PLACE = "TEE", "Each", "110", "4000", "CLR-SHOPIFY"
TERM, DEFINITION = "Net 30", "Sales Order"
QUANTITY, PRICE, AMOUNT = "2", "25.00", "50.00"
DAY, DUE = (2026, 11, 20), (2026, 12, 20)


def customer_id(run: str, number: int) -> str:
    """The customer of the order with that number (from 0)."""
    known = "OLD" if number % BATCH < KNOWN_OF_TEN else "NEW"
    return f"{known}-{run}-{number}"


def reference(run: str, number: int) -> str:
    """The mark of the order with that number."""
    return f"{run}-{number}"
