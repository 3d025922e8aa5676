"""What a posting says, as one digest: the same key with other content is a conflict (R-15.4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, cast

from intacct.documents import Document, JournalLine


def content_hash(document: Document) -> str:
    """The SHA-256 of the document's canonical JSON, with references still unresolved.

    Fields at their default are left out, so that a field added to a document later does not turn
    every posting in flight into a conflict; amounts count by value (10 equals 10.00).
    """
    return digest(document)


def digest(value: Any) -> str:
    """The SHA-256 of the canonical JSON of documents, lines or tuples of them."""
    text = json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def effect_digest(lines: Sequence[JournalLine]) -> str:
    """What tells these ledger lines from any others, in 16 characters; empty for no lines."""
    return digest(tuple(lines))[:16] if lines else ""


_AS_THEY_ARE = frozenset({str, int, bool, type(None)})


def _canonical(value: Any) -> Any:
    kind: Any = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is Decimal:
        return format(value.normalize() if value else Decimal(0), "f")
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_canonical(part) for part in value]
    members = {"": kind.__name__}
    for name, default in _members(kind):
        member = getattr(value, name)
        if default is MISSING or default != member:
            members[name] = _canonical(member)
    return members


@cache
def _members(kind: type) -> Sequence[tuple[str, Any]]:
    """The fields of a kind of document or line, each with its default.

    Raises:
        TypeError: it is no dataclass: a value that has no canonical form.
    """
    return [(field.name, field.default) for field in fields(cast("Any", kind))]
