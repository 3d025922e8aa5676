"""Posting keys and the marks derived from them, all before anything is sent (reliability §3.1)."""

from __future__ import annotations

import base64
import hashlib
import re

from shared.postings.plan import PostingKind

_SHORT = {
    PostingKind.CUSTOMER: "CUS",
    PostingKind.SALES_ORDER: "SO",
    PostingKind.INVOICE: "INV",
    PostingKind.ADVANCE: "ADV",
    PostingKind.PAYMENT: "PAY",
    PostingKind.ADVANCE_APPLICATION: "APP",
    PostingKind.CREDIT_MEMO: "CM",
    PostingKind.DEBIT_MEMO: "DM",
    PostingKind.CUSTOMER_REFUND: "RF",
    PostingKind.JOURNAL_ENTRY: "JE",
    PostingKind.GL_BATCH: "GL",
    PostingKind.STATISTICAL: "ST",
    PostingKind.VOID: "VD",
    PostingKind.STOCK: "STK",
}


def posting_key(
    *, tenant: str, entity: str, kind: PostingKind, store: str, purpose: str, revision: int = 0
) -> str:
    """The business identity of a posting (R-15.1): never the delivery, never a random id.

    `purpose` names the business fact: `order:123`, `invoice:<fulfilment id>`, `credit:<refund id>`.
    """
    version = f"@{revision}" if revision else ""
    return f"{tenant}/{entity}/{kind.value}/{store}:{purpose}{version}"


def entity_of(key: str) -> str:
    """The entity whose books a posting key belongs to."""
    return key.split("/", 2)[1]


def _digest(key: str) -> str:
    return base64.b32encode(hashlib.sha256(key.encode()).digest()).decode().rstrip("=")


def document_number(key: str, kind: PostingKind, number: str) -> str:
    """The number written into the Sage document and looked up after an unknown outcome.

    Readable (the end of the cart's order number and the kind), unique by 40 bits of the key, and at
    most 21 characters: the shortest reference field (REST reference §16.8).
    """
    readable = re.sub(r"[^A-Za-z0-9]", "", number)[-8:]
    unique = base64.b32encode(hashlib.sha256(key.encode()).digest()[:5]).decode()
    return f"{readable}-{_SHORT[kind]}-{unique}"


def control_id(key: str) -> str:
    """The XML control id and base of the REST Idempotency-Key, the same for every retry."""
    return _digest(key)
