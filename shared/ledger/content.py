"""What a posting says, as one digest: the same key with other content is a conflict (R-15.4)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from intacct.documents import Document


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


def _canonical(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format(value.normalize() if value else Decimal(0), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_canonical(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        members = {
            field.name: _canonical(getattr(value, field.name))
            for field in fields(value)
            if not _is_default(field, getattr(value, field.name))
        }
        return {"": type(value).__name__, **members}
    return value


def _is_default(field: Field[Any], value: Any) -> bool:
    return field.default is not MISSING and bool(field.default == value)
