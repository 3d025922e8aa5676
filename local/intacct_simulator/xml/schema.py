"""The schema: order of the envelope (§3.1), and content of legacy functions (`legacy.dtd`).

A breach fails the whole request at the control level and nothing is executed (§16.1 no. 6).
"""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from typing import Any, cast

from lxml import etree

from local.intacct_simulator.xml.failures import SCHEMA, ControlError, Fault
from local.intacct_simulator.xml.nodes import Node, text_of

CONTROL_ID_MAX = 256
_CONTROL = (
    "senderid",
    "password",
    "controlid",
    "uniqueid",
    "dtdversion",
    "policyid",
    "debug",
    "includewhitespace",
    "showadditionalerrorinfo",
)
_OLD_VERSION = "2.1"
# What the old schema has not (§3.1): the generic functions of §9.1.
_GENERIC = frozenset(
    {
        "create",
        "update",
        "delete",
        "query",
        "read",
        "readByName",
        "readByQuery",
        "readMore",
        "readRelated",
        "lookup",
        "inspect",
    }
)
_LOGIN = ("userid", "companyid", "password", "clientid", "locationid")
_OPERATION = re.compile(r"authentication( preferences)*( content)*")
_DATES = re.compile(r"\w*date\w*|shipby")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def check_envelope(request: Node) -> None:
    """Refuse an envelope whose elements are missing, unknown or out of order.

    Raises:
        ControlError: it is not what the schema says.
    """
    if request.tag != "request":
        raise _breach(request, "the document element must be request")
    children = [child.tag for child in request]
    if children[:1] != ["control"] or set(children[1:]) != {"operation"}:
        raise _breach(request, "expecting (control, operation+)")
    control = request[0]
    _check_sequence(control, _CONTROL, required=("senderid", "controlid", "dtdversion"))
    if not 1 <= len(control.findtext("controlid") or "") <= CONTROL_ID_MAX:
        raise _breach(control, "controlid must have 1 to 256 characters")
    for operation in request.iterfind("operation"):
        _check_operation(operation)
    if text_of(control, "dtdversion") == _OLD_VERSION:
        _check_legacy_only(request)


def _check_operation(operation: Node) -> None:
    names = [str(child.tag) for child in operation]
    if _OPERATION.fullmatch(" ".join(names)) is None:
        raise _breach(operation, "expecting (authentication, preferences*, content*)")
    authentication = operation[0]
    if len(authentication) != 1 or authentication[0].tag not in ("login", "sessionid", "oauth"):
        raise _breach(authentication, "expecting (login | sessionid | oauth)")
    if authentication[0].tag == "login":
        _check_sequence(authentication[0], _LOGIN, required=("userid", "companyid", "password"))
    for content in operation.iterfind("content"):
        _check_content(content)


def _check_content(content: Node) -> None:
    if not len(content):
        raise _breach(content, "expecting (function+)")
    for function in content:
        control_id = function.get("controlid")
        if function.tag != "function" or not control_id or len(function) != 1:
            raise _breach(function, "expecting one function with the attribute controlid")
        if len(control_id) > CONTROL_ID_MAX:
            raise _breach(function, "controlid has more than 256 characters")
        check_legacy(function[0])


def _check_legacy_only(request: Node) -> None:
    for function in request.iterfind("operation/content/function"):
        if function[0].tag in _GENERIC:
            raise _breach(function[0], f"not expected under dtdversion {_OLD_VERSION}")


def _check_sequence(node: Node, order: tuple[str, ...], *, required: tuple[str, ...]) -> None:
    names = [str(child.tag) for child in node]
    left = list(order)
    for name in names:
        if name not in left:
            raise _breach(node, f"{name} is not expected here, expecting ({', '.join(order)})")
        left = left[left.index(name) + 1 :]
    for name in required:
        if name not in names:
            raise _breach(node, f"{name} is missing")


def check_legacy(function: Node) -> None:
    """Refuse a legacy function whose content is not what `legacy.dtd` says; others pass.

    Raises:
        ControlError: one entry per breach, with its line.
    """
    if function.tag not in legacy_functions():
        return
    dtd = _dtd()
    if dtd.validate(function):
        return
    raise ControlError(
        *(
            Fault(SCHEMA, f"XML schema error on line {entry.line}: {entry.message}")
            for entry in list(cast("Any", dtd.error_log))
        )
    )


@cache
def legacy_functions() -> frozenset[str]:
    """Names of the functions that the schema fixes."""
    names = re.findall(
        r"<!ELEMENT ((?:create|update|delete|reverse|apply|record)_\w+)", _own_part()
    )
    return frozenset(names)


@cache
def _own_part() -> str:
    return Path(__file__).with_name("legacy.dtd").read_text(encoding="utf-8")


@cache
def _dtd() -> etree.DTD:
    """The schema with a declaration added for every leaf; dates may be a block or a text (§10)."""
    own = _own_part()
    models = re.sub(r"<!--.*?-->|<!ATTLIST.*?>", "", own, flags=re.DOTALL)
    declared = set(re.findall(r"<!ELEMENT (\w+)", models))
    text = re.sub(r"<!(ELEMENT|ENTITY %) \w+|%\w+;|EMPTY|#PCDATA", " ", models)
    leaves = sorted(set(_NAME.findall(text)) - declared)
    lines = []
    for leaf in leaves:
        is_date = _DATES.fullmatch(leaf) is not None
        model = "(#PCDATA | year | month | day)*" if is_date else "(#PCDATA)"
        lines.append(f"<!ELEMENT {leaf} {model}>")
    return etree.DTD(io.StringIO(own + "\n".join(lines)))


def _breach(node: Node, text: str) -> ControlError:
    return ControlError(
        Fault(SCHEMA, f"XML schema error on line {node.sourceline}: Element {node.tag}: {text}.")
    )
