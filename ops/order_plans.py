"""The plan of an order told to people: documents, ledger lines, and the rule behind each value.

Ids, codes and amounts only: no name, address, memo or free text of a buyer is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from intacct.documents import Dimensions, Document, JournalLine, SalesDocument, Side
from intacct.stock import StockDocument
from ops.order_switches import switches_of, switches_of_event, switches_of_order
from ops.output import print_facts, print_table, say
from shared.ledger.records import Record
from shared.ledger.run import mark_of
from shared.policy.switches import PostingPolicy
from shared.postings.hits import LineReason
from shared.postings.plan import DayEntry, Plan, Posting
from shared.undo.dates import ledger_day

_DIMENSIONS = ("location", "department", "class_id", "project", "customer", "item", "warehouse")
_SHOWN = ("item", "quantity", "unit_price", "unit_cost")


def planned_posting(
    posting: Posting, known: Mapping[str, Record], policy: PostingPolicy
) -> dict[str, Any]:
    """One posting as a document of its own."""
    record = known.get(posting.key)
    return {
        "key": posting.key,
        "kind": posting.kind.value,
        "number": mark_of(posting.document),
        "document": type(posting.document).__name__,
        "dated_on": ledger_day(posting.document),
        "true_on": posting.true_on,
        "customer": getattr(posting.document, "customer", ""),
        "needs": list(posting.needs),
        "ledger_state": record.state.value if record else "",
        "switches": switches_of(posting, policy),
        "items": _items(posting.document),
        "effect": effect_rows(posting.effect, posting.why),
    }


def planned_entry(entry: DayEntry, policy: PostingPolicy) -> dict[str, Any]:
    """One event of a summary channel as a document of its own."""
    return {
        "event": entry.event,
        "ledger_on": entry.ledger_on,
        "switches": switches_of_event(entry, policy),
        "effect": effect_rows(entry.lines, entry.why),
    }


def effect_rows(lines: Sequence[JournalLine], why: Sequence[LineReason]) -> list[dict[str, Any]]:
    """Ledger lines with the rules that chose account and dimensions, in their order."""
    reasons = {(one.account, one.side, one.dimensions): one.hits for one in why}
    return [
        {
            "account": line.account,
            "side": line.side.value,
            "amount": line.amount.plain(),
            "currency": line.amount.currency,
            "dimensions": dimensions_of(line.dimensions),
            "why": [
                str(hit) for hit in reasons.get((line.account, line.side, line.dimensions), ())
            ],
        }
        for line in lines
    ]


def dimensions_of(dimensions: Dimensions) -> dict[str, str]:
    """The dimension values that a line has, by name."""
    named = {name: getattr(dimensions, name) for name in _DIMENSIONS}
    return {name: value for name, value in (*named.items(), *dimensions.custom) if value}


def balance(postings: Sequence[Posting], entries: Sequence[DayEntry]) -> list[dict[str, Any]]:
    """What the plan moves on each account: debits, credits, and the first less the second."""
    sums: dict[tuple[str, str], list[Decimal]] = {}
    lines = [line for posting in postings for line in posting.effect]
    lines += [line for entry in entries for line in entry.lines]
    for line in lines:
        both = sums.setdefault((line.account, line.amount.currency), [Decimal(0), Decimal(0)])
        both[line.side is Side.CREDIT] += line.amount.amount
    return [
        {
            "account": account,
            "currency": currency,
            "debit": debit,
            "credit": credit,
            "net": debit - credit,
        }
        for (account, currency), (debit, credit) in sorted(sums.items())
    ]


def told_plan(
    facts: Mapping[str, Any],
    plan: Plan,
    known: Mapping[str, Record],
    whole: Sequence[Posting],
    policy: PostingPolicy,
) -> dict[str, Any]:
    """The plan as one document; `whole` are the order's postings, those in the books among them."""
    return {
        **facts,
        "findings": list(plan.findings),
        "waiting": list(plan.waiting),
        "missing": [posting.key for posting in plan.postings],
        "switches": switches_of_order(policy),
        "postings": [planned_posting(posting, known, policy) for posting in whole],
        "day_entries": [planned_entry(entry, policy) for entry in plan.events],
        "balances": balance(whole, plan.events),
    }


def print_plan(told: Mapping[str, Any]) -> None:
    """Print what `told_plan` gave, for people."""
    print_facts({name: told[name] for name in ("order", "store", "status", "version", "revision")})
    say(f"by {_named(told['switches'])}")
    if told["is_held_back"]:
        say(f"the order is {told['status'].value}: nothing of it is posted as long as it is")
    for sentence in told["waiting"]:
        say(f"waits for {sentence}")
    columns = ("reason", "place", "what", "fix")
    rows = [(one.reason, one.place, one.message, one.hint) for one in told["findings"]]
    if rows:
        print_table("Stands in the way: nothing is posted", columns, rows)
    missing = set(told["missing"])
    print_table(
        "Documents",
        ("posting", "number", "kind of document", "dated", "true date", "in the books", "customer"),
        [
            (
                one["key"],
                one["number"],
                one["document"],
                one["dated_on"],
                _later(one["dated_on"], one["true_on"]),
                _place(one, missing),
                one["customer"],
            )
            for one in told["postings"]
        ],
    )
    for one in told["postings"]:
        _print_items(one)
    for one in (*told["postings"], *told["day_entries"]):
        _print_effect(one.get("key") or one["event"], one)
    rows = [(one["account"], one["debit"], one["credit"], one["net"]) for one in told["balances"]]
    print_table("Ledger effect of all of it", ("account", "debit", "credit", "balance"), rows)


def _print_items(told: Mapping[str, Any]) -> None:
    if told["items"]:
        columns = ("item", "quantity", "unit price", "unit cost", "dimensions")
        rows = [
            (*(one[name] for name in _SHOWN), _named(one["dimensions"])) for one in told["items"]
        ]
        print_table(f"Lines of {told['number']}", columns, rows)


def _print_effect(name: str, told: Mapping[str, Any]) -> None:
    effect = told["effect"]
    if effect:
        rows = [
            (
                one["account"],
                one["amount"] if one["side"] == Side.DEBIT.value else "",
                one["amount"] if one["side"] == Side.CREDIT.value else "",
                _named(one["dimensions"]),
                "; ".join(one["why"]),
            )
            for one in effect
        ]
        print_table(f"Ledger lines of {name}", ("account", "Dr", "Cr", "dimensions", "why"), rows)
        say(f"by {_named(told['switches'])}")


def _items(document: Document) -> list[dict[str, Any]]:
    if isinstance(document, StockDocument):
        return [
            {
                "item": line.item,
                "quantity": line.quantity,
                "unit_price": "",
                "unit_cost": format(line.unit_cost.amount, "f") if line.unit_cost else "",
                "dimensions": {**dimensions_of(line.dimensions), "warehouse": line.warehouse},
            }
            for line in document.lines
        ]
    if not isinstance(document, SalesDocument):
        return []
    return [
        {
            "item": line.item,
            "quantity": line.quantity,
            "unit_price": format(line.unit_price.amount, "f"),
            "unit_cost": "",
            "dimensions": dimensions_of(line.dimensions),
        }
        for line in document.lines
    ]


def _place(told: Mapping[str, Any], missing: set[str]) -> str:
    """Where a document is: what the ledger says of it, or that it would be posted."""
    if told["ledger_state"]:
        return str(told["ledger_state"])
    return "would be posted" if told["key"] in missing else "held"


def _named(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items())


def _later(dated_on: date | None, true_on: date | None) -> str:
    """The true date, where the document carries a later one."""
    return true_on.isoformat() if true_on and dated_on and true_on < dated_on else ""
