"""What became of returned goods, where a person says so and the cart does not (R-3.7)."""

from __future__ import annotations

from enum import StrEnum


class Fate(StrEnum):
    """SHELVED: on the shelf again. SCRAPPED: came back broken. NOT_BACK: the buyer kept them."""

    SHELVED = "shelved"
    SCRAPPED = "scrapped"
    NOT_BACK = "not_back"


def fate_key(refund_id: str, line_id: str) -> str:
    """How what a person said of a line of a refund is kept."""
    return f"{refund_id}:{line_id}"
