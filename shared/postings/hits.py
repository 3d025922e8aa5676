"""Why a line is what it is: the rules of the mapping that chose its values (R-13.2)."""

from __future__ import annotations

from dataclasses import dataclass

from intacct.documents import Dimensions, Side


@dataclass(frozen=True, slots=True)
class Hit:
    """One value of a line and the rule of the mapping that gave it.

    `rule` is its place in the mapping (`line_rules[2] tag wholesale`), for people to find it.
    """

    field: str
    value: str
    rule: str

    def __str__(self) -> str:
        """In words: `department APP by item_rules[0] sku TEE`."""
        return f"{self.field} {self.value} by {self.rule}"


@dataclass(frozen=True, slots=True)
class LineReason:
    """The hits of one expected ledger line, which account, side and dimensions name."""

    account: str
    side: Side
    dimensions: Dimensions
    hits: tuple[Hit, ...]
