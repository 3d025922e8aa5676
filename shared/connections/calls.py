"""How many API transactions each tenant used: the monthly volume is billed (REST reference §11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable


class CallCounter:
    """Counts calls per tenant and kind in memory, until an invocation reports them."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._counts: Counter[tuple[str, str]] = Counter()

    def for_tenant(self, tenant: str) -> Callable[[str], None]:
        """What counts one call of that tenant; told the kind (`rest_read`, `xml` ...)."""

        def count(kind: str) -> None:
            self._counts[tenant, kind] += 1

        return count

    def taken(self) -> dict[tuple[str, str], int]:
        """The counts since the last time they were taken, by tenant and kind."""
        counts = dict(self._counts)
        self._counts.clear()
        return counts
