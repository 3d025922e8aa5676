"""Findings as stored JSON and back, shared by review records and the facts of held orders."""

from __future__ import annotations

import json
from collections.abc import Iterable

from commerce.money import Money
from shared.postings.findings import Finding, Reason


def to_json(findings: Iterable[Finding]) -> str:
    """The findings as compact JSON; `from_json` gives them back equal."""
    members = [
        {
            "reason": finding.reason.value,
            "place": finding.place,
            "message": finding.message,
            "hint": finding.hint,
            "difference": _amount(finding.difference),
        }
        for finding in findings
    ]
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False)


def from_json(text: str) -> tuple[Finding, ...]:
    """The findings in `text`; a reason this code does not know reads as UNKNOWN."""
    return tuple(
        Finding(
            reason=_reason(member["reason"]),
            place=member["place"],
            message=member["message"],
            hint=member["hint"],
            difference=Money.of(*member["difference"]) if member["difference"] else None,
        )
        for member in json.loads(text or "[]")
    )


def _amount(money: Money | None) -> list[str] | None:
    return None if money is None else [str(money.amount), money.currency]


def _reason(name: str) -> Reason:
    return Reason(name) if name in Reason.__members__.values() else Reason.UNKNOWN
