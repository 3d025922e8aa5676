"""What the export may look at in the simulated company: its journals and its periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from intacct.reading import ReportingPeriod
from local.intacct_simulator.books.books import Books
from shared.gl.inspecting import JournalInSage, JournalState

_TABLE = "journal_entry"


class JournalsInBooks:
    """Looks at the books themselves: a read of Sage that always gets through."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def journals(self, keys: Sequence[str], on: date) -> Mapping[str, JournalInSage]:
        """The journals with these keys."""
        del on
        return {key: self._journal(int(key)) for key in keys}

    def _journal(self, key: int) -> JournalInSage:
        record = self._books.get(_TABLE, key)
        if record is None:
            return JournalInSage(JournalState.GONE)
        if record["state"] != "posted":
            return JournalInSage(JournalState(record["state"]))
        effect: dict[tuple[str, str], Decimal] = {}
        for line in self._books.lines(_TABLE, key):
            account = self._books.get("account", line["account"])
            assert account is not None, "the books keep their accounts"
            place = (str(account["id"]), "USD")
            signed = line["amount"] if line["side"] == "debit" else -line["amount"]
            effect[place] = effect.get(place, Decimal(0)) + signed
        return JournalInSage(JournalState.POSTED, effect)

    def counts(self, keys: Sequence[str]) -> Mapping[str, Mapping[str, Decimal]]:
        """What the statistical entries with these keys add by account."""
        return {
            key: {account: count for (account, _), count in self._journal(int(key)).effect.items()}
            for key in keys
        }

    def periods(self) -> Sequence[ReportingPeriod]:
        """The company's periods."""
        return [
            ReportingPeriod(
                str(row["key"]), str(row["id"]), row["start_date"], row["end_date"], is_active=True
            )
            for row in self._books.select("reporting_period")
            if row["start_date"] and row["end_date"]
        ]
