"""Reading files of payouts for the command line: the file, its layout, and all that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from commerce.payouts import Payout, PayoutLineKind
from ops.errors import OpsError
from shared.payouts.imports import (
    COLUMNS,
    Format,
    Layout,
    UnreadableFileError,
    payouts_of,
    rows_of,
)
from shared.payouts.proof import findings_of
from shared.postings.findings import Finding

_MOST_BYTES = 100_000_000


def layout_of(columns: Sequence[str], kinds: Sequence[str]) -> Layout:
    """The layout that options of the form `NAME=VALUE` describe.

    Raises:
        OpsError: one is none, or names no column or kind of ours.
    """
    renamed = dict(_pair(text) for text in columns)
    if strangers := sorted(set(renamed) - set(COLUMNS)):
        message = f"there is no column {strangers[0]!r}; there are {', '.join(COLUMNS)}"
        raise OpsError(message)
    words = {}
    for text in kinds:
        theirs, ours = _pair(text)
        try:
            words[theirs] = PayoutLineKind(ours)
        except ValueError as exc:
            known = ", ".join(PayoutLineKind)
            message = f"there is no kind {ours!r}; there are {known}"
            raise OpsError(message) from exc
    return Layout(renamed, words)


def read_file(
    file: Path, written_in: Format, store: str, layout: Layout, *, delimiter: str
) -> tuple[list[Payout], list[Finding]]:
    """The payouts of a file and everything that is wrong with it, their sums included.

    Raises:
        OpsError: it cannot be read, or is not of its format at all.
    """
    if len(delimiter) != 1:
        message = "a delimiter is one character"
        raise OpsError(message)
    try:
        if file.stat().st_size > _MOST_BYTES:
            message = f"{file} is larger than {_MOST_BYTES // 1_000_000} MB"
            raise OpsError(message)
        rows = rows_of(file.read_text(encoding="utf-8-sig"), written_in, delimiter=delimiter)
    except (OSError, UnicodeDecodeError) as exc:
        message = f"{file} cannot be read: {type(exc).__name__}"
        raise OpsError(message) from exc
    except UnreadableFileError as exc:
        raise OpsError(str(exc)) from exc
    payouts, findings = payouts_of(rows, store, layout)
    return payouts, [*findings, *(each for payout in payouts for each in findings_of(payout))]


def midnight(text: str) -> datetime:
    """A date as sources tell one without time: midnight in UTC.

    Raises:
        OpsError: it is no date.
    """
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as exc:
        message = f"{text!r} is no date: say it as 2026-01-31"
        raise OpsError(message) from exc


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not (name and separator and value):
        message = f"{text!r} is not of the form NAME=VALUE"
        raise OpsError(message)
    return name, value
