"""Small tools for elements: safe reading, building, and the text formats of XML reference §10."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from lxml import etree

Node = etree._Element  # noqa: SLF001  # lxml gives its element type no public name

_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s+(\d{1,2}):(\d{2}):(\d{2}))?$")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def parse(body: bytes) -> Node:
    """Read a document without entities or network; a document type may be named, not declared.

    Clients of the old schema name `intacct_request.v2.1.dtd`; nothing is loaded for it.

    Raises:
        SyntaxError: it is not well formed, or it declares elements or entities.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    root = etree.fromstring(body, parser)
    docinfo: Any = root.getroottree().docinfo
    declared = docinfo.internalDTD
    if declared is not None and [*declared.iterentities(), *declared.iterelements()]:
        message = "declarations of elements and entities are not allowed"
        raise SyntaxError(message)
    return root


def make(name: str, text: str = "", **attributes: str) -> Node:
    """Build an element with text and attributes."""
    node = etree.Element(name, dict(attributes))
    if text:
        node.text = _ILLEGAL.sub("", text)
    return node


def put(parent: Node, name: str, text: str = "", **attributes: str) -> Node:
    """Append a child with text and give it back."""
    node = make(name, text, **attributes)
    parent.append(node)
    return node


def text_of(parent: Node | None, path: str) -> str:
    """Give the trimmed text at a path, empty when there is none."""
    return "" if parent is None else (parent.findtext(path) or "").strip()


def is_true(text: str | None, *, default: bool = False) -> bool:
    """Read a truth value of a request in any case, as some languages write it; empty is default."""
    word = (text or "").strip().lower()
    return word == "true" if word else default


def read_day(node: Node | None) -> date | None:
    """Read a date element of a legacy function: year/month/day or `mm/dd/yyyy`; None when absent.

    Raises:
        ValueError: it is no date.
    """
    if node is None:
        return None
    if node.find("year") is not None:
        return date(
            int(text_of(node, "year")), int(text_of(node, "month")), int(text_of(node, "day"))
        )
    text = (node.text or "").strip()
    return read_instant(text).date() if text else None


def read_instant(text: str) -> datetime:
    """Read `mm/dd/yyyy` with or without a time, or an ISO date.

    Raises:
        ValueError: it is neither.
    """
    slashed = _SLASHED.match(text.strip())
    if slashed is None:
        return datetime.fromisoformat(text.strip())
    month, day, year, hour, minute, second = (int(p) for p in slashed.groups(default="0"))
    # The zone is the API user's: added by those who compare.
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001


def show_day(day: date) -> str:
    """Write a date as answers carry it."""
    return day.strftime("%m/%d/%Y")


def show_instant(instant: datetime) -> str:
    """Write a timestamp as answers carry it, in the user's zone (GMT)."""
    return instant.strftime("%m/%d/%Y %H:%M:%S")


def show_number(number: Decimal) -> str:
    """Write a number without exponent and without trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def show_truth(value: object) -> str:
    """Write a truth value as answers carry it."""
    return "true" if value else "false"
