"""What the use cases ask of the ledger; its adapter and its fake keep the same promises."""

from __future__ import annotations

from typing import Protocol

from shared.ledger.records import Record
from shared.ledger.states import Write


class LostRaceError(Exception):
    """The record is not as the writer thought: somebody else moved it. `current` is what it is now.

    Nothing of the writes happened. `key` names the posting whose condition failed.
    """

    def __init__(self, key: str, current: Record | None) -> None:
        """Keep the record as it is now, None where there is none."""
        super().__init__(f"the posting {key} was moved by somebody else")
        self.key = key
        self.current = current


class Ledger(Protocol):
    """Our memory of postings: conditional writes only, nothing deleted, no expiry.

    An expiry of DONE records, which reliability §3.1 would allow, is left out on purpose: what is
    posted is known from them, and a forgotten posting would be planned and sent again.
    """

    def chain(self, pk: str) -> dict[str, Record]:
        """All postings of an order, customer or day, by key; one consistent read."""
        ...

    def commit(self, *writes: Write) -> tuple[Record, ...]:
        """Carry out one write, or several as one transaction; the records as they are then.

        A write that had already happened, only its answer was lost, succeeds.

        Raises:
            LostRaceError: a condition is not true any more; nothing was written.
        """
        ...
