"""What people are told of changes in Sage: kinds, counts and our own ids, nobody's name."""

from __future__ import annotations

from shared.changes.pace import Place
from shared.postings.findings import Finding, Reason


def place_subject(place: Place) -> str:
    """The subject of the review record of a kind of records: `changes:<entity>:<kind>`."""
    return f"changes:{place.entity}:{place.kind.value}"


def unseen(place: Place) -> Finding:
    """The role does not cover the kind: nothing is concluded from what it does not show."""
    message = "the Web Services user may not read these records; none was taken for deleted"
    hint = "give its role List and View on them, or see: ops connections probe"
    return Finding(Reason.PERMISSION, str(place), message, hint)


def implausible(place: Place, missing: int, compared: int) -> Finding:
    """So many are not shown that a narrower view is likelier than deletions."""
    message = f"{missing} of {compared} records are not shown any more; none was taken for deleted"
    kind = place.kind.value
    entity = f" --entity {place.entity}" if place.entity else ""
    hint = (
        "see whether the user may still view them (ops connections probe); where they were deleted,"
        f" say so: ops changes confirm TENANT --kind {kind}{entity}"
    )
    return Finding(Reason.PERMISSION, str(place), message, hint)
