"""Gift cards from a file: one row a card, what it is worth and what was paid for it.

Carts tell which card an order drew on, and hardly any tells at what price it was sold: a list of
them comes from the cart's own export or from whoever gave cards away.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from commerce.money import Money, MoneyError
from shared.postings.findings import Finding, Reason
from shared.postings.gift_cards import Card

COLUMNS = ("card", "face", "paid", "currency")


def cards_of(lines: Iterable[str]) -> tuple[list[Card], list[Finding]]:
    """The cards of a CSV file with the headings of `COLUMNS`, and all that is wrong in it."""
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        return [], [_finding("heading", f"there is no column {', '.join(missing)}")]
    cards: dict[str, Card] = {}
    findings: list[Finding] = []
    for number, row in enumerate(reader, start=2):
        place = f"line {number}"
        try:
            card = _card(row)
        except (MoneyError, ValueError) as error:
            findings.append(_finding(place, str(error)))
            continue
        if cards.setdefault(card.id, card) != card:
            findings.append(_finding(place, f"card {card.id} is there twice, with other figures"))
    return list(cards.values()), findings


def _card(row: dict[str, str]) -> Card:
    """The card of a row.

    Raises:
        ValueError: with what is wrong.
    """
    name, currency = (row["card"] or "").strip(), (row["currency"] or "").strip()
    face, paid = (Money.of((row[part] or "").strip(), currency) for part in ("face", "paid"))
    problems = list(_problems(name, face, paid))
    if problems:
        raise ValueError(problems[0])
    return Card(name, face, paid)


def _problems(name: str, face: Money, paid: Money) -> Iterator[str]:
    if not name:
        yield "a card needs its id"
    if face != face.rounded() or paid != paid.rounded():
        yield "an amount has parts of a minor unit"
    if face.amount <= 0:
        yield "a card is worth more than nothing"
    if paid.is_negative or paid > face:
        yield "what was paid is between nothing and the card's face"


def _finding(place: str, message: str) -> Finding:
    return Finding(Reason.PAYLOAD_INVALID, place, message)
