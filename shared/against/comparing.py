"""Compares what the ledger says of an order's documents with what Sage finds by our marks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from commerce.money import Money
from intacct.documents import Document
from intacct.undoing import ReverseDocument
from shared.ledger.evidence import Expected, Verdict, judge
from shared.ledger.records import Record, State
from shared.ledger.run import mark_of
from shared.ledger.stubs import stand_in
from shared.ports import Found
from shared.postings.plan import Posting, PostingKind
from shared.undo.in_books import UNDO, named

Find = Callable[[Document], Sequence[Found]]
"""`shared.ports.Books.find`: documents of the same kind that carry our mark."""

_TAKEN_BACK = frozenset({"reversed", "voided"})


class Standing(StrEnum):
    """How one document stands in Sage beside what the ledger says of it.

    AS_SENT and ABSENT are right; everything else is for a person to look at.
    """

    AS_SENT = "as sent"
    ABSENT = "not there, as expected"
    MISSING = "missing in Sage"
    DIFFERENT = "differs in Sage"
    SEVERAL = "more than once in Sage"
    TAKEN_BACK = "taken back in Sage"
    UNKNOWN_TO_US = "in Sage, and the ledger does not know"
    CANNOT_LOOK = "cannot be looked for"


_RIGHT = frozenset({Standing.AS_SENT, Standing.ABSENT})


@dataclass(frozen=True, slots=True)
class Compared:
    """One document: `state` is the ledger's, empty where it knows nothing of it.

    `differences` say what is not as it was sent; `sage_key`, `sage_id`, `sage_state` and `total`
    are Sage's own, empty where it found nothing.
    """

    key: str
    number: str
    state: str
    standing: Standing
    differences: tuple[str, ...] = ()
    sage_key: str = ""
    sage_id: str = ""
    sage_state: str = ""
    total: str = ""

    @property
    def is_right(self) -> bool:
        """Whether Sage and the ledger say the same."""
        return self.standing in _RIGHT


def compare(
    chain: Mapping[str, Record], planned: Iterable[Posting], find: Find
) -> Iterator[Compared]:
    """Every document of the order that is, may be or should be in Sage; one look-up for each.

    Raises:
        IntacctError: Sage could not be asked; asking again is safe.
    """
    undone = {_undone(key) for key, record in chain.items() if record.state is State.DONE}
    for key in sorted(chain):
        yield _of_record(chain[key], find, is_undone=_named(key) in undone)
    for posting in planned:
        if posting.key not in chain:
            found = find(posting.document)
            standing = Standing.UNKNOWN_TO_US if found else Standing.ABSENT
            yield _with(Compared(posting.key, mark_of(posting.document), "", standing), found)


def _of_record(record: Record, find: Find, *, is_undone: bool) -> Compared:
    posting = stand_in(record)
    key, number, state = record.key, record.document_number, record.state.value
    if posting is None:
        return Compared(key, number, state, Standing.CANNOT_LOOK)
    found = find(posting.document)
    if record.state is not State.DONE:
        standing = Standing.UNKNOWN_TO_US if found else Standing.ABSENT
        return _with(Compared(key, number, state, standing), found)
    if isinstance(posting.document, ReverseDocument):
        standing = Standing.AS_SENT if found else Standing.MISSING
        return _with(Compared(key, number, state, standing), found)
    expected = _expected(record)
    own = [one for one in found if record.result and one.result.key == record.result.key]
    standing = _standing(expected, found, own or list(found), is_undone=is_undone)
    differences = tuple(_differences(expected, own[0] if own else None, found))
    if standing is Standing.AS_SENT and differences:
        standing = Standing.DIFFERENT
    return _with(Compared(key, number, state, standing, differences), own or found)


def _expected(record: Record) -> Expected:
    """Sage states a sales order's total anew whenever a part of it is converted or edited."""
    expected = Expected.read(record.expected)
    name = named(record.key)
    if name is not None and name.kind is PostingKind.SALES_ORDER:
        return replace(expected, totals=())
    return expected


def _standing(
    expected: Expected, found: Sequence[Found], own: Sequence[Found], *, is_undone: bool
) -> Standing:
    verdict = judge(expected, found)
    if verdict is Verdict.ABSENT:
        return Standing.MISSING
    if verdict is Verdict.SEVERAL:
        return Standing.SEVERAL
    if own[0].result.state in _TAKEN_BACK and not is_undone:
        return Standing.TAKEN_BACK
    return Standing.AS_SENT if verdict is Verdict.OURS else Standing.DIFFERENT


def _differences(expected: Expected, own: Found | None, found: Sequence[Found]) -> Iterator[str]:
    if not found:
        return
    if own is None:
        yield f"another document carries the number: {found[0].result.key}"
        return
    if own.customer and expected.customer and own.customer != expected.customer:
        yield "it is another customer's"
    stated = own.total if own.total is not None else own.result.total
    if stated is not None and expected.totals and not _agrees(stated, expected.totals):
        wanted = " or ".join(str(total) for total in expected.totals)
        yield f"its total is {stated}, sent was {wanted}"


def _agrees(stated: Money, totals: Sequence[Money]) -> bool:
    return any(
        abs(stated.amount) == abs(total.amount) and stated.currency == total.currency
        for total in totals
    )


def _with(bare: Compared, found: Sequence[Found]) -> Compared:
    """The same with what Sage said of the first document that it found."""
    if not found:
        return bare
    first = found[0]
    total = first.total if first.total is not None else first.result.total
    return replace(
        bare,
        sage_key=first.result.key,
        sage_id=first.result.id,
        sage_state=first.result.state,
        total=str(total) if total is not None else "",
    )


def _named(key: str) -> str:
    """`<store> <kind>:<purpose>`: what the purpose of an undo names it by."""
    name = named(key)
    return f"{name.store} {name.kind.value}:{name.purpose}" if name else key


def _undone(key: str) -> str:
    """The posting that this one undoes, named alike; empty where it undoes none."""
    name = named(key)
    if name is None or not name.undoes:
        return ""
    return f"{name.store} {name.purpose.removeprefix(UNDO)}"
