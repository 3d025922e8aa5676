"""Statements as a chain: each is sealed with its hash and names the one before it.

A link's hash covers its members and the digests of its files, and each statement names the link
before it: whoever changes a byte anywhere breaks the chain there and in all that follows. The last
hash is printed and logged with every proof, so that even a chain that was rewritten as a whole
does not pass for one that was noted elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError

from shared.reconciliation.book import Link, ProofBook
from shared.reconciliation.page import page
from shared.reconciliation.statement import Statement, decode, encode
from shared.reconciliation.tables import table

ENDINGS = ("csv", "html", "json")
"""What is stored of a statement: the tables, the page, and the statement itself."""


def sealed(statement: Statement, latest: Link | None) -> tuple[Link, Mapping[str, bytes]]:
    """The statement's link after the latest one, and its files by their endings."""
    placed = replace(
        statement,
        sequence=latest.sequence + 1 if latest else 1,
        previous=latest.hash if latest else "",
    )
    files = {"csv": table(placed), "html": page(placed), "json": encode(placed)}
    link = Link(
        tenant=placed.tenant,
        entity=placed.entity,
        sequence=placed.sequence,
        on=placed.on,
        made_at=placed.made_at,
        verdict=placed.verdict.value,
        previous=placed.previous,
        files=tuple((ending, digest(files[ending])) for ending in ENDINGS),
    )
    return replace(link, hash=hash_of(link)), files


def digest(body: bytes) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(body).hexdigest()


def hash_of(link: Link) -> str:
    """The hash of a link: over everything but itself."""
    told = [
        link.tenant,
        link.entity,
        link.sequence,
        link.on.isoformat(),
        link.made_at.isoformat(),
        link.verdict,
        link.previous,
        [list(pair) for pair in link.files],
    ]
    text = json.dumps(told, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Breach:
    """Where a chain is broken: the statement's sequence, and what does not hold of it."""

    sequence: int
    text: str


@dataclass(frozen=True, slots=True)
class Verified:
    """A chain that was gone through: how many statements, its last hash, and every breach."""

    statements: int
    last: str
    breaches: tuple[Breach, ...]


def verify(book: ProofBook, tenant: str, entity: str, *, noted: str = "") -> Verified:
    """Go through an entity's whole chain and compare every stored byte with what was sealed.

    Args:
        book: where the statements are kept.
        tenant: whose.
        entity: of which entity.
        noted: a hash that somebody noted elsewhere: it must be one of the chain.
    """
    breaches: list[Breach] = []
    before = ""
    count = 0
    seen = set()
    for count, link in enumerate(book.links(tenant, entity), start=1):
        found = _breaches(book, link, sequence=count, before=before)
        breaches.extend(Breach(count, text) for text in found)
        if (link.tenant, link.entity) != (tenant, entity):
            breaches.append(Breach(count, "it is of another tenant or entity"))
        before = link.hash
        seen.add(link.hash)
    if noted and noted not in seen:
        breaches.append(Breach(count, "the noted hash is not in the chain"))
    return Verified(count, before, tuple(breaches))


def _breaches(book: ProofBook, link: Link, *, sequence: int, before: str) -> Iterator[str]:
    if link.sequence != sequence:
        yield f"number {sequence} is missing"
    if link.previous != before:
        yield "it does not follow the statement before it"
    if link.hash != hash_of(link):
        yield "its link was changed"
    if tuple(ending for ending, _ in link.files) != ENDINGS:
        yield "it names other files than were sealed"
    for ending, sealed_as in link.files:
        body = book.file(link, ending)
        if body is None:
            yield f"its {ending} file is missing"
        elif digest(body) != sealed_as:
            yield f"its {ending} file was changed"
        elif ending == "json":
            yield from _content(link, body)


def _content(link: Link, body: bytes) -> Iterator[str]:
    try:
        told = decode(body)
    except ValidationError:
        yield "its json file cannot be read"
        return
    stated = (told.tenant, told.entity, told.sequence, told.on, told.made_at, told.previous)
    linked = (link.tenant, link.entity, link.sequence, link.on, link.made_at, link.previous)
    if stated != linked or told.verdict.value != link.verdict:
        yield "its link and its file tell of different statements"
