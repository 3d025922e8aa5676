"""What the simulator's books say, through its admin pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx

from local.demo.tenant import ENTITY


class SimulatedBooks:
    """Reads of the simulator that no client of Sage Intacct has."""

    def __init__(self, rest_base_url: str) -> None:
        """`rest_base_url` is the one that REST clients use; the admin pages are beside it."""
        self._client = httpx.Client(base_url=httpx.URL(rest_base_url).join("/"), timeout=30.0)

    def close(self) -> None:
        """Close the connections to the simulator."""
        self._client.close()

    def documents(self, object_name: str = "") -> list[dict[str, Any]]:
        """Every document in the books, oldest first; those of one object when it is named."""
        documents: list[dict[str, Any]] = self._get("/_sim/documents")["documents"]
        return [d for d in documents if not object_name or d["object"] == object_name]

    def trial_balance(self) -> dict[str, Any]:
        """Rows by account, and the totals of both sides."""
        return self._get("/_sim/trial-balance")

    def balance(self, account: str) -> Decimal:
        """The balance of one account, debits positive."""
        rows = [row for row in self.trial_balance()["rows"] if row["entity"] == ENTITY]
        return sum((Decimal(r["balance"]) for r in rows if r["account"] == account), Decimal(0))

    def transactions(self) -> int:
        """Sage transactions that requests have used so far, in both protocols."""
        return sum(self._get("/_sim/log")["transactions"].values())

    def totals(self) -> tuple[Decimal, Decimal]:
        """The sums of both sides of the demo entity's trial balance: debits, credits."""
        sums = self.trial_balance()["totals"][ENTITY]
        return Decimal(sums["debit"]), Decimal(sums["credit"])

    def stock(self) -> list[dict[str, Any]]:
        """What each warehouse has on hand of each item."""
        rows: list[dict[str, Any]] = self._get("/_sim/stock")["stock"]
        return rows

    def add(self, content: dict[str, Any]) -> None:
        """Enter master data, as people at the company do; in the shape of its seed."""
        self._client.post("/_sim/seed", json=content).raise_for_status()

    def by_our_number(self) -> dict[str, dict[str, Any]]:
        """The documents by the number that we gave them.

        It is a document's own number where Sage lets us choose that, and its reference elsewhere;
        a credit memo has both, and its reference names the invoice.
        """
        documents = self.documents()
        by_reference = {document["reference"]: document for document in documents}
        return by_reference | {document["number"]: document for document in documents}

    def _get(self, path: str) -> dict[str, Any]:
        response = self._client.get(path)
        response.raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer
