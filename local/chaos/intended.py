"""What the books must say after so many orders and refunds, and what they do say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.demo.books import SimulatedBooks

# Row by row what one order like the demo's first, and one returned tee, do to the demo's accounts
# (orders A and its return in the accounting reference §16).
_SOLD = {
    "clearing 1100": ("1100", "69.95"),
    "receivables 1200": ("1200", "0.00"),
    "customer advances 2050": ("2050", "0.00"),
    "state tax 2100-NYS": ("2100-NYS", "-2.57"),
    "city tax 2100-NYC": ("2100-NYC", "-2.89"),
    "district tax 2100-MTA": ("2100-MTA", "-0.24"),
    "revenue 4000": ("4000", "-62.50"),
    "shipping 4010": ("4010", "-8.00"),
    "discounts 4090": ("4090", "6.25"),
    "returns 4095": ("4095", "0.00"),
}
_RETURNED = {
    "1100": "-24.50",
    "2100-NYS": "0.90",
    "2100-NYC": "1.01",
    "2100-MTA": "0.09",
    "4090": "-2.50",
    "4095": "25.00",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: what it is about, what is intended, what is in the books."""

    what: str
    intended: str
    actual: str

    @property
    def is_equal(self) -> bool:
        """Whether the books say what they must."""
        return self.intended == self.actual


class Opening:
    """The books before anything was sold."""

    def __init__(self, books: SimulatedBooks) -> None:
        """Remember balances and documents as they are now."""
        self._books = books
        self._balances = {account: books.balance(account) for account, _ in _SOLD.values()}
        self._documents = len(books.documents())

    def rows(self, *, sold: int, returned: int, kinds: Mapping[str, int]) -> Sequence[Row]:
        """Compare with the books of now; `kinds` are the documents that the ledger has as done."""
        documents = self._books.documents()[self._documents :]
        found = [
            Row(
                what,
                f"{sold * Decimal(each) + returned * Decimal(_RETURNED.get(account, '0')):.2f}",
                f"{self._books.balance(account) - self._balances[account]:.2f}",
            )
            for what, (account, each) in _SOLD.items()
        ]
        debits, credits_ = self._books.totals()
        found.append(Row("debits and credits", f"{debits:.2f}", f"{credits_:.2f}"))
        found += [
            Row(f"{kind} done", str(count), str(kinds.get(kind, 0)))
            for kind, count in {
                "sales orders": sold,
                "sales invoices": sold,
                "credit memos": returned,
                "customer refunds": returned,
            }.items()
        ]
        found.append(Row("documents twice in the books", "0", str(_twice(documents))))
        return found


def _twice(documents: Sequence[Mapping[str, Any]]) -> int:
    """How many documents carry a number of ours that another one of their kind carries, too."""
    marks = Counter(
        (document["object"], document["number"] or document["reference"])
        for document in documents
        if document["number"] or document["reference"]
    )
    return sum(count - 1 for count in marks.values())
