"""How the day book's events, batches and lines are written as items of the orders table."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from intacct.documents import DocumentResult, JournalLine
from intacct.statistics import StatisticalLine
from shared.gl.contents import Part
from shared.gl.days import Day, DayKey, KeptEntry
from shared.gl.revisions import Batch, BatchKind, BatchState
from shared.postings.plan import DayEntry, Posted

EVENT, ENTRY, BATCH, PART = "EVENT#", "ENTRY#", "BATCH#", "PART#"
BATCHES = "BATCH"
"""What the sort keys of batches, and of the day itself, begin with."""
AGENDA = "BATCHES"
"""The sort key of the day itself: on the agenda while something of it is to be exported."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HASH_SHOWN = 16


def key_of(pk: str, sk: str) -> dict[str, Any]:
    """The key of an item."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def millis(instant: datetime) -> str:
    """An instant as the agenda sorts it."""
    return str((instant - _EPOCH) // timedelta(milliseconds=1))


def packed_entry(entry: DayEntry) -> dict[str, bytes]:
    """An event with its lines."""
    return {"B": zlib.compress(_entries().dump_json(entry), 6)}


def kept_entry(item: Mapping[str, Any]) -> KeptEntry:
    """An event as it was kept, with what a correction replaced."""
    return KeptEntry(
        _entry(item["entry"]),
        item.get("gl", {}).get("S", ""),
        tuple(
            (older["M"]["gl"]["S"], _entry(older["M"]["entry"]))
            for older in item.get("older", {}).get("L", ())
        ),
        tuple(_entry(edit) for edit in item.get("edits", {}).get("L", ())),
    )


def _entry(packed: Mapping[str, Any]) -> DayEntry:
    return _entries().validate_json(zlib.decompress(bytes(packed["B"])))


def batch_values(batch: Batch) -> dict[str, Any]:
    """The attributes of a batch beside its key and its results."""
    return {
        "st": {"S": batch.state.value},
        "kind": {"S": batch.kind.value},
        "replaces": {"N": str(batch.replaces)},
        "takes_back": {"BOOL": batch.takes_back},
        "frozen": {"N": str(batch.frozen)},
        "posted_on": {"S": batch.posted_on.isoformat() if batch.posted_on else "-"},
        "members": {"N": str(batch.members)},
        "membership_hash": {"S": batch.membership_hash or "-"},
        "debits": {"S": batch.debits or "-"},
        "counts": {"B": zlib.compress(_counts().dump_json(batch.counts), 6)},
        "mapping_version": {"S": batch.mapping_version or "-"},
        "entity": {"S": batch.entity or "-"},
        "journal": {"S": batch.journal or "-"},
        "statistical_journal": {"S": batch.statistical_journal or "-"},
        "is_draft": {"BOOL": batch.is_draft},
        "netted": {"S": batch.netted or "-"},
    }


def batch_of(item: Mapping[str, Any]) -> Batch:
    """A batch as it was kept."""

    def text(name: str) -> str:
        known = str(item.get(name, {"S": "-"})["S"])
        return "" if known == "-" else known

    results = item.get("results")
    return Batch(
        sequence=int(item["sk"]["S"].removeprefix(BATCH)),
        state=BatchState(item["st"]["S"]),
        kind=BatchKind(item["kind"]["S"]),
        replaces=int(item["replaces"]["N"]),
        replaced_by=int(item.get("replaced_by", {"N": "0"})["N"]),
        posted_on=date.fromisoformat(text("posted_on")) if text("posted_on") else None,
        takes_back=item["takes_back"]["BOOL"],
        frozen=int(item["frozen"]["N"]),
        members=int(item["members"]["N"]),
        membership_hash=text("membership_hash"),
        debits=text("debits"),
        counts=_counts().validate_json(zlib.decompress(bytes(item["counts"]["B"]))),
        mapping_version=text("mapping_version"),
        entity=text("entity"),
        journal=text("journal"),
        statistical_journal=text("statistical_journal"),
        is_draft=item["is_draft"]["BOOL"],
        netted=text("netted"),
        results=_results(results["S"]) if results else None,
    )


def results_text(results: Posted) -> str:
    """What Sage made of a batch's postings."""
    texts = {name: {"key": result.key, "id": result.id} for name, result in results.items()}
    return json.dumps(texts, sort_keys=True)


def _results(text: str) -> Posted:
    return {name: DocumentResult(**result) for name, result in json.loads(text).items()}


def day_of(key: DayKey, items: Iterator[Mapping[str, Any]]) -> Day:
    """A day of the items beside its events."""
    batches: list[Batch] = []
    day = Day(key)
    for item in items:
        if item["sk"]["S"].startswith(BATCH):
            batches.append(batch_of(item))
            continue
        due = item.get("due_at")
        day = Day(
            key,
            entered=int(item["entered"]["N"]),
            due_at=_EPOCH + timedelta(milliseconds=int(due["N"])) if due else None,
            corrected_by=item.get("corrected_by", {}).get("S", ""),
            corrected_to=item.get("corrected_to", {}).get("S", ""),
        )
    return replace(day, batches=tuple(batches))


def part_prefix(batch: Batch) -> str:
    """Where the lines of a batch begin: another membership has other lines."""
    return f"{PART}{batch.sequence:04d}#{batch.membership_hash[:_HASH_SHOWN]}#"


def part_item(key: DayKey, batch: Batch, part: Part) -> dict[str, Any]:
    """The lines of one journal."""
    lines = zlib.compress(_lines().dump_json(part.lines), 6)
    place = key_of(key.pk, f"{part_prefix(batch)}{part.number:04d}")
    return {**place, "lines": {"B": lines}, "fees": {"BOOL": part.is_fees}}


def part_of(item: Mapping[str, Any]) -> Part:
    """The lines of one journal as they were kept."""
    number = int(item["sk"]["S"].rpartition("#")[2])
    lines = _lines().validate_json(zlib.decompress(bytes(item["lines"]["B"])))
    return Part(number, lines, item.get("fees", {}).get("BOOL", False))


@cache
def _entries() -> TypeAdapter[DayEntry]:
    return TypeAdapter(DayEntry)


@cache
def _lines() -> TypeAdapter[tuple[JournalLine, ...]]:
    return TypeAdapter(tuple[JournalLine, ...])


@cache
def _counts() -> TypeAdapter[tuple[StatisticalLine, ...]]:
    return TypeAdapter(tuple[StatisticalLine, ...])
