"""Statements as a chain: a byte that changes anywhere is found, and so is a statement that goes."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from shared.reconciliation.balances import Balance, OpenItem
from shared.reconciliation.book import ChainMovedError, Link
from shared.reconciliation.chain import ENDINGS, hash_of, sealed, verify
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.statement import Statement, Verdict, decode, encode
from tests.unit.reconciliation.memory import MemoryProofBook

TENANT, ENTITY = "acme", "100"


def statement(number: int, **more: object) -> Statement:
    on = date(2026, 3, 1) + timedelta(days=number)
    usual = Statement(
        tenant=TENANT,
        entity=ENTITY,
        currency="USD",
        on=on,
        made_at=datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(days=number),
        verdict=Verdict.OPEN,
        balances=(
            Balance(
                "1100",
                "clearing",
                Decimal("69.95"),
                Decimal("69.95"),
                Decimal("0.00"),
                (OpenItem("shop", "order 1", on, Decimal("69.95")),),
            ),
        ),
        differences=(
            Difference("shop", "order 2", Cause.HELD, "totals", "they differ", on, Decimal("0.01")),
        ),
    )
    return replace(usual, **more)  # type: ignore[arg-type]  # fields of a statement


@pytest.fixture
def book() -> MemoryProofBook:
    """Three statements of one entity."""
    kept = MemoryProofBook()
    for number in range(3):
        link, files = sealed(statement(number), kept.latest(TENANT, ENTITY))
        kept.append(link, files)
    return kept


def test_an_untouched_chain_holds(book: MemoryProofBook) -> None:
    verified = verify(book, TENANT, ENTITY)

    assert (verified.statements, verified.breaches) == (3, ())
    latest = book.latest(TENANT, ENTITY)
    assert latest is not None
    assert verified.last == latest.hash


def test_a_statement_reads_as_it_was_written(book: MemoryProofBook) -> None:
    (first, *_) = book.links(TENANT, ENTITY)
    body = book.file(first, "json")
    assert body is not None
    assert encode(decode(body)) == body


@pytest.mark.parametrize(("ending", "place"), [("csv", 0), ("html", 1), ("json", 2)])
def test_every_single_byte_of_every_file_counts(
    book: MemoryProofBook, ending: str, place: int
) -> None:
    link = list(book.links(TENANT, ENTITY))[place]
    key = (link.name, ending)
    body = book.files[key]
    # Of the page, whose style alone is a kilobyte, a byte in seven.
    for position in range(place, len(body), 7 if ending == "html" else 1):
        book.files[key] = body[:position] + bytes([body[position] ^ 1]) + body[position + 1 :]
        assert verify_one(book, link), position
    for other in (body[:-1], body + b" ", b""):
        book.files[key] = other
        assert {one.sequence for one in verify(book, TENANT, ENTITY).breaches} == {place + 1}


def verify_one(book: MemoryProofBook, link: Link) -> tuple[str, ...]:
    """Only the statement of that link, so that every byte can be tried."""
    alone = MemoryProofBook()
    alone.files = book.files
    alone.chains = {(TENANT, ENTITY): [link]}
    found = verify(alone, TENANT, ENTITY).breaches
    return tuple(one.text for one in found if "file" in one.text)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_file_that_goes_is_missed(book: MemoryProofBook, ending: str) -> None:
    (first, *_) = book.links(TENANT, ENTITY)
    del book.files[first.name, ending]

    assert [one.text for one in verify(book, TENANT, ENTITY).breaches] == [
        f"its {ending} file is missing"
    ]


@pytest.mark.parametrize("name", [field.name for field in fields(Link)])
def test_every_member_of_a_link_counts(book: MemoryProofBook, name: str) -> None:
    links = book.chains[TENANT, ENTITY]
    known = getattr(links[1], name)
    other: object
    match known:
        case datetime():
            other = known + timedelta(microseconds=1)
        case date():
            other = known + timedelta(days=1)
        case int():
            other = known + 1
        case tuple():
            other = known[:-1]
        case _:
            other = f"{known}0"
    links[1] = replace(links[1], **{name: other})  # type: ignore[arg-type]  # a field of its kind

    assert verify(book, TENANT, ENTITY).breaches


def test_a_link_that_was_made_anew_breaks_what_follows(book: MemoryProofBook) -> None:
    links = book.chains[TENANT, ENTITY]
    changed = replace(links[1], verdict="equal")
    links[1] = replace(changed, hash=hash_of(changed))

    assert {one.sequence for one in verify(book, TENANT, ENTITY).breaches} >= {2, 3}


@pytest.mark.parametrize("place", range(3))
def test_a_statement_that_goes_is_missed(book: MemoryProofBook, place: int) -> None:
    latest = book.latest(TENANT, ENTITY)
    assert latest is not None
    del book.chains[TENANT, ENTITY][place]

    assert verify(book, TENANT, ENTITY, noted=latest.hash).breaches


def test_a_chain_that_was_rewritten_whole_does_not_hold_what_was_noted(
    book: MemoryProofBook,
) -> None:
    noted = verify(book, TENANT, ENTITY).last
    rewritten = MemoryProofBook()
    for number in range(3):
        link, files = sealed(statement(number, differences=()), rewritten.latest(TENANT, ENTITY))
        rewritten.append(link, files)

    assert verify(rewritten, TENANT, ENTITY).breaches == ()
    (breach,) = verify(rewritten, TENANT, ENTITY, noted=noted).breaches
    assert "noted" in breach.text


def test_two_proofs_at_once_make_one_statement_and_the_other_is_told(
    book: MemoryProofBook,
) -> None:
    latest = book.latest(TENANT, ENTITY)
    ours, our_files = sealed(statement(3), latest)
    theirs, their_files = sealed(statement(3, differences=()), latest)
    book.append(ours, our_files)

    with pytest.raises(ChainMovedError):
        book.append(theirs, their_files)

    book.append(ours, our_files)  # a repeated write of the same statement changes nothing
    assert verify(book, TENANT, ENTITY).breaches == ()
    assert verify(book, TENANT, ENTITY).statements == 4
