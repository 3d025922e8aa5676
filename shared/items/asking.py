"""What keeping articles asks of Sage, and how the questions of many of them travel together.

Who keeps an article asks by `look` and `make` and goes on with the answer; `together` runs many
such steps without threads and sends what they ask for in as few requests as may be. An article
that is refused, or whose steps fail, is alone in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, Protocol, TypeVar

from intacct.changes import Change
from intacct.documents import DocumentResult
from intacct.errors import CredentialsError, IntacctError, NotSentError
from intacct.item_search import MOST_ITEMS, ItemBy, ItemSearch, KnownItem
from intacct.masters import Item
from shared.polling.windows import OutOfTimeError

T = TypeVar("T")

TOP_LEVEL = ""
"""Items belong to the whole company: every entity sells them."""

MOST_TOGETHER = 50
"""As many items as are made by one request: at most of a second each it is answered in time."""


class FindsItems(Protocol):
    """The part of `intacct.read_router.IntacctReads` that finds items."""

    def items(self, search: ItemSearch) -> Sequence[KnownItem]:
        """The items whose field has one of the values."""
        ...


class WritesItems(Protocol):
    """The part of `intacct.record_router.IntacctRecords` that makes and changes items."""

    def create_items(
        self, made: Sequence[Item], *, control_ids: Sequence[str], idempotency_keys: Sequence[str]
    ) -> Sequence[DocumentResult | IntacctError]:
        """Create items in few calls: a result or an error for each, in their order."""
        ...

    def change(self, change: Change, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Change what is there."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """Which items have one of the values in that field."""

    by: ItemBy
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Make:
    """An item to be made; the same `mark` on every try."""

    item: Item = field(repr=False)
    mark: str


Ask = Look | Make
Answer = Sequence[KnownItem] | DocumentResult | IntacctError | None
Steps = Generator[Ask, Answer, T]


def look(by: ItemBy, values: tuple[str, ...]) -> Steps[list[KnownItem]]:
    """The items that have exactly one of the values in that field, as they stand now.

    Raises:
        IntacctError: Sage could not be asked.
    """
    answer = yield Look(by, values)
    if isinstance(answer, IntacctError):
        raise answer
    assert not isinstance(answer, DocumentResult | None)  # noqa: S101
    return list(answer)


def make(item: Item, mark: str) -> Steps[DocumentResult]:
    """The item, made.

    Raises:
        IntacctError: it was refused, or what became of it is not known.
    """
    answer = yield Make(item, mark)
    if isinstance(answer, IntacctError):
        raise answer
    assert isinstance(answer, DocumentResult)  # noqa: S101
    return answer


def together(
    jobs: Sequence[Steps[T]],
    reads: Callable[[], FindsItems],
    records: Callable[[], WritesItems],
    *,
    at_once: int = MOST_TOGETHER,
    is_late: Callable[[], bool] = lambda: False,
) -> list[T | Exception]:
    """Run all jobs to their end; what came of each, in their order, an exception being its own.

    What time is too short for is an `OutOfTimeError`: it was not begun. The first always is.

    Args:
        jobs: the steps, none of them begun.
        reads: gives what finds items, when it is first needed.
        records: gives what makes items, likewise.
        at_once: as many items as one request makes.
        is_late: whether time runs out.
    """
    return _Together(jobs, reads, records, at_once).run(is_late)


class _Together(Generic[T]):
    """One call of `together`; jobs are named by their place."""

    def __init__(
        self,
        jobs: Sequence[Steps[T]],
        reads: Callable[[], FindsItems],
        records: Callable[[], WritesItems],
        at_once: int,
    ) -> None:
        self._jobs, self._reads, self._records = jobs, reads, records
        self._at_once = at_once
        self._asked: dict[int, Ask] = {}
        self._outcomes: dict[int, T | Exception] = {}

    def run(self, is_late: Callable[[], bool]) -> list[T | Exception]:
        """Answer all that is looked for before anything is made, so that the makings meet."""
        for place in range(len(self._jobs)):
            if place and is_late():
                self._outcomes[place] = OutOfTimeError()
            else:
                self._go_on(place, None)
        while self._asked:
            looks = {p: ask for p, ask in self._asked.items() if isinstance(ask, Look)}
            if looks:
                self._look(looks)
            else:
                self._make({p: ask for p, ask in self._asked.items() if isinstance(ask, Make)})
        return [self._outcomes[place] for place in range(len(self._jobs))]

    def _go_on(self, place: int, answer: Answer) -> None:
        self._asked.pop(place, None)
        try:
            self._asked[place] = self._jobs[place].send(answer)
        except StopIteration as end:
            self._outcomes[place] = end.value
        except Exception as error:  # noqa: BLE001  # it is the outcome of this article only
            self._outcomes[place] = error

    def _look(self, looks: dict[int, Look]) -> None:
        for by in ItemBy:
            asked = {place: ask for place, ask in looks.items() if ask.by is by}
            if not asked:
                continue
            wanted = dict.fromkeys(value for ask in asked.values() for value in ask.values)
            try:
                found = _by_value(by, found_items(self._reads(), by, wanted))
            except IntacctError as error:
                for place in asked:
                    self._go_on(place, error)
                continue
            for place, ask in asked.items():
                told = {item.key: item for value in ask.values for item in found[value]}
                self._go_on(place, list(told.values()))

    def _make(self, makes: dict[int, Make]) -> None:
        places = iter(sorted(makes))
        turned_away: IntacctError | None = None
        while part := list(islice(places, self._at_once)):
            if turned_away is not None:
                answers: Sequence[DocumentResult | IntacctError] = [turned_away] * len(part)
            else:
                marks = [makes[place].mark for place in part]
                answers = self._records().create_items(
                    [makes[place].item for place in part],
                    control_ids=marks,
                    idempotency_keys=marks,
                )
                turned_away = _turned_away(answers)
            for place, answer in zip(part, answers, strict=True):
                self._go_on(place, answer)


def found_items(reads: FindsItems, by: ItemBy, values: Iterable[str]) -> list[KnownItem]:
    """The items that have one of the values, however many those are.

    A search that tells as many as one may is asked again in halves: there may be more.

    Raises:
        IntacctError: Sage could not be asked.
    """
    left, found = iter(values), list[KnownItem]()
    while part := tuple(islice(left, MOST_ITEMS)):
        found += _searched(reads, by, part)
    return found


def _searched(reads: FindsItems, by: ItemBy, values: tuple[str, ...]) -> Sequence[KnownItem]:
    told = reads.items(ItemSearch(by, values))
    if len(told) < MOST_ITEMS or len(values) == 1 or by is ItemBy.ID:
        return told
    middle = len(values) // 2
    return [
        item for half in (values[:middle], values[middle:]) for item in _searched(reads, by, half)
    ]


def _by_value(by: ItemBy, items: Iterable[KnownItem]) -> Mapping[str, list[KnownItem]]:
    """The items by what was looked for: Sage compares more loosely than we do."""
    found: dict[str, list[KnownItem]] = defaultdict(list)
    for item in items:
        found[item.id if by is ItemBy.ID else item.barcode].append(item)
    return found


def _turned_away(answers: Sequence[DocumentResult | IntacctError]) -> IntacctError | None:
    """Why nothing of a whole request was so much as read; None where something was."""
    unread = [each for each in answers if isinstance(each, NotSentError | CredentialsError)]
    return unread[0] if len(unread) == len(answers) else None
