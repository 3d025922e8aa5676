"""Functions that tell how the company is set up: applications and their preferences (§9.1)."""

from __future__ import annotations

from collections.abc import Mapping

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.legacy_parts import refuse
from local.intacct_simulator.xml.nodes import Node, make, put, show_truth

_FIRST_MONTH = "1"
_APPLICATIONS = ("CO", "GL", "AR", "CM", "SO", "INV", "ME")
_DIMENSIONS = ("CUSTOMER", "PROJECT", "ITEM", "CLASS", "WAREHOUSE", "VENDOR", "EMPLOYEE")


def applications(_call: Call) -> Outcome:
    """Name the applications that the company subscribes to."""
    return Outcome(rows=tuple(make("application", name) for name in _APPLICATIONS))


def preferences(call: Call) -> Outcome:
    """List the preferences of one application; an application without any gives no rows."""
    application = call.node.get("application", "").upper()
    if not application:
        refuse("BL01001973", "The attribute application is required.")
    known = _preferences(call).get(application, {})
    return Outcome(rows=tuple(_row(application, *one) for one in known.items()))


def financial_setup(call: Call) -> Outcome:
    """Tell currency, book and calendar; without one base currency for all it is empty."""
    currencies = {str(one["currency"]) for one in call.books.entities.all()}
    several = len(currencies) > 1
    node = make("financialSetup")
    put(node, "baseCurrency", "" if several else min(currencies, default=""))
    put(node, "defaultBook", "ACCRUAL")
    put(node, "firstFiscalMonth", _FIRST_MONTH)
    put(node, "multiBaseCurrency", show_truth(several))
    put(node, "multiBook", "false")
    put(node, "multiCurrency", "true")
    put(node, "multiEntityShared", "true")
    return Outcome(rows=(node,))


def entity_details(call: Call) -> Outcome:
    """List the entities that the caller may work in."""
    return Outcome(
        rows=tuple(
            _entity(one)
            for one in call.books.entities.all()
            if call.company.may_enter(call.caller.user, str(one["id"]))
        )
    )


def _entity(record: Record) -> Node:
    node = make("entity")
    put(node, "id", str(record["id"]))
    put(node, "name", str(record["name"]))
    put(node, "recordno", str(record["key"]))
    put(node, "currency", str(record["currency"]))
    put(node, "firstfiscalmonth", _FIRST_MONTH)
    put(node, "firstfiscaltaxmonth")
    put(node, "weekstart")
    return node


def _preferences(call: Call) -> Mapping[str, Mapping[str, str]]:
    entities = call.books.entities.all()
    return {
        "ME": {
            "DISABLEENTITYSLIDEIN": "false",
            "MULTIBASECURRENCY": show_truth(len({one["currency"] for one in entities}) > 1),
        },
        "GL": {f"{name}DIMENSION": "T" for name in _DIMENSIONS},
        "GEN": {
            "PRIMARY_ACCTNO_LENGTH": "4",
            "ACCTNO_SEPARATOR": "-",
            "FISCAL_FIRST_MONTH": _FIRST_MONTH,
            "FISCAL_FIRST_MONTH_TAX": _FIRST_MONTH,
            "WEEK_START": "1",
            "CUSTOM_ACCOUNTING_PERIODS": "false",
        },
    }


def _row(application: str, preference: str, value: str) -> Node:
    row = make("companypref")
    put(row, "application", application)
    put(row, "preference", preference)
    put(row, "prefvalue", value)
    return row
