"""Can what we sent be put back by taking an order out of the books and posting it anew?

The undo takes documents back as they were sent. That is right where nothing is left of the document
(it is passed over), and where Sage itself reverses it by its key, whatever it says now. It is wrong
where the undo is a document of our own, made of what was sent: that would leave the change behind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from intacct.reading import Marked
from shared.drift.records import Drift, DriftStatus, What
from shared.drift.subjects import parts_of
from shared.postings.plan import PostingKind
from shared.undo.writing import REVERSED

_HEAD = frozenset({"date"})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a document cannot be restored by the connector, and what to do instead."""

    number: str
    why: str
    instead: str


def obstacles(drifts: Iterable[Drift]) -> tuple[Obstacle, ...]:
    """What stands in the way of restoring a subject, given all of its documents that differ."""
    return tuple(
        obstacle
        for drift in drifts
        if drift.status is not DriftStatus.RESTORED and (obstacle := _obstacle(drift)) is not None
    )


def taken_out(drifts: Iterable[Drift]) -> tuple[str, ...]:
    """The posting keys of the documents of which nothing is left in the books."""
    return tuple(
        sorted(
            drift.place.key
            for drift in drifts
            if drift.is_out_of_the_books and drift.status is not DriftStatus.ADOPTED
        )
    )


def _obstacle(drift: Drift) -> Obstacle | None:
    if parts_of(drift.place.pk)[0] != "ORD":
        return Obstacle(
            drift.number,
            f"it belongs to {drift.subject}, and only what was posted of an order can be undone",
            _instead(drift),
        )
    if drift.status is DriftStatus.ADOPTED:
        return Obstacle(
            drift.number,
            "its change was adopted: the undo of what was sent would leave that change behind",
            "undo the order by hand in Sage, or leave it as it is",
        )
    match drift.what:
        case What.DELETED | What.REVERSED:
            return None
        case What.DOUBLED:
            return Obstacle(
                drift.number,
                "several documents carry its number: which one to take back is not sure",
                f"delete the others in Sage; ours has the key {drift.sage_key}",
            )
        case What.EDITED:
            return _edited(drift)


def _edited(drift: Drift) -> Obstacle | None:
    if drift.kind is PostingKind.SALES_ORDER:
        return None  # it moves nothing in the ledger
    is_reversed_whole = drift.kind in REVERSED or drift.marked is Marked.AR_INVOICE
    if not is_reversed_whole:
        return Obstacle(
            drift.number,
            "Sage reverses no such document by its key, and our own undo of it would take back what"
            " was sent, not what is there",
            _instead(drift),
        )
    if any(one.member in _HEAD for one in drift.differences):
        return Obstacle(
            drift.number,
            "it has another date in Sage: its reversal would be dated otherwise than it is",
            _instead(drift),
        )
    return None


def _instead(drift: Drift) -> str:
    """What a person does in Sage, or with this record."""
    if drift.is_out_of_the_books:
        return "enter it again in Sage as it was and ignore this, or adopt that it is gone"
    told = ", ".join(f"{one.member} back to {one.sent}" for one in drift.differences)
    return f"put it right in Sage ({told}): the next look settles it; or adopt it as it is"
