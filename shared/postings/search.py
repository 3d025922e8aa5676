"""The search for the life that an order's books hold, among the histories that may have led there.

Where the ledger says which lines each part was sent with, the books confirm a life or do not; where
it does not, as after a change of the mapping, several lives may agree with the totals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from shared.postings.events import Event
from shared.postings.histories import History
from shared.postings.in_books import InBooks
from shared.postings.parts import Life
from shared.postings.pieces import OrderPieces
from shared.postings.sequences import behind_their_goods, keeps_sequence


class Search:
    """Holds told lives against one order's books; `agreeing` are those that totals alone allow."""

    def __init__(
        self,
        in_books: InBooks,
        tell: Callable[[Sequence[Event], OrderPieces], Life],
        by_time: Life,
    ) -> None:
        """`by_time` is the life in the order of time, whose goods have all left that are known."""
        self._in_books = in_books
        self._tell = tell
        self._usual_waiting = frozenset(_awaited(by_time))
        self._waiting: list[tuple[History, Life]] = []
        self._costing_else: list[Life] = []
        self.agreeing: list[Life] = []

    def among(self, histories: Iterable[History]) -> Life | None:
        """The first life of these histories that the books confirm.

        One in which a refund waits for goods that have left by the time of all, or goods for a
        parcel that is known, is put aside: what waits changes no line, so that the books do not
        speak against it. So is one whose goods cost something else, which an article's cost that
        has changed since may explain too.
        """
        for history in histories:
            life = self._tell(history.events, history.first)
            if not self._in_books.agree(life, history.unbooked):
                continue
            if not self._in_books.confirm(life):
                self.agreeing.append(life)
            elif not self._usual_waiting.issuperset(_awaited(life)):
                self._waiting.append((history, life))
            elif self._in_books.confirm_costs(life):
                return life
            else:
                self._costing_else.append(life)
        return None

    @property
    def is_confirmed(self) -> bool:
        """Whether the books confirmed a life, be it one that waits or costs something else."""
        return bool(self._waiting or self._costing_else)

    def likeliest(self) -> Life | None:
        """The life for want of one that the books confirm; None where none agrees with them.

        One whose goods cost something else, or that waits for goods, for none of them where a
        return is heard of after its goods and the books confirm that as well; else the first with
        its parts in the sequence of the books, else the first.
        """
        if self._costing_else:
            return self._costing_else[0]
        if self._waiting:
            fewest = min((life for _, life in self._waiting), key=lambda life: len(life.waiting))
            return next(self._waiting_no_more(), fewest)
        keys, entries = self._in_books.keys, self._in_books.entries
        usual = self.agreeing[0] if self.agreeing else None
        kept = (life for life in self.agreeing if keeps_sequence(life, keys, entries))
        return next(kept, usual)

    def _waiting_no_more(self) -> Iterator[Life]:
        """The confirmed lives that wait, each return told behind its goods, if still confirmed."""
        for history, _ in self._waiting:
            life = self._tell(behind_their_goods(history.events), history.first)
            agrees = self._in_books.agree(life, history.unbooked) and self._in_books.confirm(life)
            if agrees and self._usual_waiting.issuperset(_awaited(life)):
                yield life


def _awaited(life: Life) -> tuple[str, ...]:
    """What waits in this life: refunds by their words, and lines for their goods to leave."""
    return (*life.waiting, *life.open_lines)
