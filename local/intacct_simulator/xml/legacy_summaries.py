"""Summaries of receivables: what documents are collected in, and post with (§13.2 to §13.4)."""

from __future__ import annotations

from typing import Any

from local.intacct_simulator.xml.calls import Call, Outcome, keyed
from local.intacct_simulator.xml.legacy_parts import date_of, given, refuse
from local.intacct_simulator.xml.nodes import Node, text_of

INVOICES, ADJUSTMENTS, PAYMENTS = "invoices", "adjustments", "payments"
KINDS = {
    "create_invoicebatch": INVOICES,
    "create_aradjustmentbatch": ADJUSTMENTS,
    "create_arpaymentbatch": PAYMENTS,
}
_PLACE_ELEMENTS = {"bankaccountid": "bank_account", "undepfundsacct": "undeposited_account"}
# Where the money of a summary of payments lies: one of these.
PLACES = tuple(_PLACE_ELEMENTS.values())


def create(call: Call) -> Outcome:
    """Open a summary."""
    node = call.node
    fields = {
        "kind": KINDS[str(node.tag)],
        "posting_date": date_of(node, "datecreated"),
        **given(node, {"batchtitle": "title", **_PLACE_ELEMENTS}),
    }
    return keyed(call.create("ar_summary", fields)["key"])


def of_document(call: Call, node: Node, kind: str) -> dict[str, Any]:
    """Give what a document takes from the summary that its `batchkey` names, if it names one.

    It posts on the summary's day unless it says another; a payment goes where the summary says.

    Raises:
        FunctionError: there is no summary of that kind under the key.
    """
    key = text_of(node, "batchkey")
    return of_name(call, key, kind) if key else {}


def of_name(call: Call, name: str, kind: str) -> dict[str, Any]:
    """Give what a document takes from the summary of that number or title.

    Raises:
        FunctionError: there is no summary of that kind.
    """
    found = call.books.get("ar_summary", int(name)) if name.isdecimal() else None
    if found is None or found["kind"] != kind:
        titled = call.books.find("ar_summary", title=name, kind=kind)
        found = next(iter(titled), None)
    if found is None:
        refuse("BL01001973", f"The summary '{name}' is invalid.")
    taken = {"summary": found["title"], "summary_key": found["key"]}
    if kind == PAYMENTS:
        places = {name: found.get(name) for name in PLACES}
        return {**taken, **{name: place for name, place in places.items() if place}}
    return {**taken, "posting_date": found["posting_date"]}
