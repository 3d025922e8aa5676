"""Notes on orders in a cart, for the shop's staff alone: put there once each."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from carts.answers import written
from carts.catalogue import Written


@runtime_checkable
class NoteClient(Protocol):
    """A store's API that takes notes on orders."""

    def note_order(self, order_id: str, note: str) -> Written:
        """Put the note on the order, unless it is there; buyers do not see it.

        UNKNOWN where the answer was lost: who calls again some time later finds the note there.

        Raises:
            AccessRefusedError: nothing can be put on any order of the store.
        """
        ...


class NoteCalls:
    """The part of a client that passes calls for notes on; see `NoteClient`."""

    _notes: NoteClient

    def note_order(self, order_id: str, note: str) -> Written:
        """Put the note on the order, unless it is there.

        Raises:
            AccessRefusedError: nothing can be put on any order of the store.
        """
        return written(lambda: self._notes.note_order(order_id, note))
