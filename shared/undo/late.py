"""What is heard of an order that was taken out of the books: kept, and never posted by itself."""

from __future__ import annotations

from dataclasses import replace

from shared.facts.record import FactsRecord
from shared.postings.findings import Finding, Reason

TOLD_LATER = Finding(
    Reason.ORDER_UNDONE,
    place="order",
    message="more was told of it after it had been undone; nothing of it is posted",
    hint="have it posted anew with `order redo`, or leave it out of the books",
)
"""Why a person looks at an undone order once more."""


def set_aside(record: FactsRecord, informed: FactsRecord) -> FactsRecord:
    """The record with what was heard, which changes nothing but that a person is to look at it.

    A repeated delivery tells nothing new, and nobody is asked to look.
    """
    if informed.known == record.known:
        return informed
    return replace(informed, findings=(TOLD_LATER,))
