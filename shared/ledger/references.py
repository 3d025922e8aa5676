"""Puts the Sage keys of earlier postings where a document refers to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from intacct.documents import Application, Document, DocumentResult, KeyOf

_T = TypeVar("_T")


class UnresolvedReferenceError(LookupError):
    """A document refers to a posting that is not in the books yet."""

    def __init__(self, posting_key: str) -> None:
        """Name the posting that is missing."""
        super().__init__(f"the posting {posting_key} is not in the books yet")
        self.posting_key = posting_key


def references(value: Any) -> Iterator[str]:
    """The keys of all postings that the document refers to."""
    if isinstance(value, KeyOf):
        yield value.posting_key
    elif isinstance(value, tuple):
        for part in value:
            yield from references(part)
    else:
        kind: Any = type(value)
        for name in _places(kind):
            yield from references(getattr(value, name))


def resolved(document: Document, results: Mapping[str, DocumentResult]) -> Document:
    """The same document with every reference replaced by the Sage key it stands for.

    What settles an invoice names the receivable: where an Order Entry invoice made one, that
    receivable's key, not the document's (REST reference §16.8).

    Raises:
        UnresolvedReferenceError: a posting it refers to has no result yet.
    """
    return _resolved(document, results)


def _resolved(value: _T, results: Mapping[str, DocumentResult]) -> _T:
    if isinstance(value, tuple):
        return tuple(_resolved(part, results) for part in value)  # type: ignore[return-value]
    kind: Any = type(value)
    changes: dict[str, Any] = {}
    for name in _places(kind):
        known = getattr(value, name)
        if isinstance(known, KeyOf):
            is_invoice = isinstance(value, Application) and name == "invoice"
            changes[name] = _key(known, results, of_receivable=is_invoice)
        elif known:
            changes[name] = _resolved(known, results)
    return replace(value, **changes) if changes else value  # type: ignore[type-var]  # a document


@cache
def _places(kind: type) -> tuple[str, ...]:
    """The fields of a kind of document or line in which references may stand, however deep."""
    if not is_dataclass(kind) or kind is KeyOf:
        return ()
    hints = get_type_hints(kind)
    return tuple(field.name for field in fields(kind) if _may_refer(hints[field.name]))


@cache
def _may_refer(hint: Any) -> bool:
    parts = get_args(hint)
    if parts:
        return any(_may_refer(part) for part in parts)
    return hint is KeyOf or (isinstance(hint, type) and bool(_places(hint)))


def _key(reference: KeyOf, results: Mapping[str, DocumentResult], *, of_receivable: bool) -> str:
    result = results.get(reference.posting_key)
    if result is None:
        raise UnresolvedReferenceError(reference.posting_key)
    return (result.invoice_key or result.key) if of_receivable else result.key
