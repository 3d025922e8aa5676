"""XML as elements, never as strings: how values become text, and text becomes values.

Formats are those of XML reference §10 for an API user set to en_US, `mm/dd/yyyy`, 24 hours, GMT.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from lxml import etree

from commerce.money import Money, MoneyError

Element = etree._Element  # noqa: SLF001  # lxml gives its element type no public name

# What XML 1.0 cannot carry: cart data may hold it, and libxml2 would refuse the whole document.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATE = "%m/%d/%Y"
_TIMESTAMP = "%m/%d/%Y %H:%M:%S"


def clean(text: str) -> str:
    """`text` without the characters that XML cannot carry (XML reference §10)."""
    return _ILLEGAL.sub("", text)


def element(name: str, text: str = "", **attributes: str) -> Element:
    """A new element with cleaned text and attributes."""
    made = etree.Element(name, {key: clean(value) for key, value in attributes.items()})
    if text:
        made.text = clean(text)
    return made


def add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    """Append a child with cleaned text to `parent` and return it."""
    child = etree.SubElement(parent, name)
    if text:
        child.text = clean(text)
    for key, value in attributes.items():
        child.set(key, clean(value))
    return child


def add_given(parent: Element, fields: Iterable[tuple[str, str]]) -> None:
    """Append the fields that have a value, in the order given."""
    for name, text in fields:
        if text:
            etree.SubElement(parent, name).text = clean(text)


def add_legacy_date(parent: Element, name: str, day: date) -> None:
    """Append a date as legacy functions want it: year, month and day elements."""
    child = add(parent, name)
    etree.SubElement(child, "year").text = f"{day.year:04d}"
    etree.SubElement(child, "month").text = f"{day.month:02d}"
    etree.SubElement(child, "day").text = f"{day.day:02d}"


def date_text(day: date) -> str:
    """A date as generic objects want it, `mm/dd/yyyy`."""
    return day.strftime(_DATE)


def timestamp_text(instant: datetime) -> str:
    """An instant as filters want it, for an API user whose zone is GMT."""
    return instant.astimezone(UTC).strftime(_TIMESTAMP)


def decimal_text(number: Decimal) -> str:
    """A number without exponent and without zeros that say nothing."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def truth_text(value: bool) -> str:  # noqa: FBT001  # a formatter of one value
    """A truth value as requests spell it."""
    return "true" if value else "false"


def text_at(parent: Element | None, path: str) -> str:
    """The text of the first child at `path`, empty when there is none."""
    return "" if parent is None else (parent.findtext(path) or "").strip()


def instant_from(text: str) -> datetime | None:
    """An envelope timestamp (ISO 8601 with any offset) in UTC; None when it is none."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def money_from(text: str, currency: str) -> Money | None:
    """An amount of an answer; None when the field is empty or no amount."""
    try:
        return Money(Decimal(text.strip()), currency)
    except (InvalidOperation, MoneyError):
        return None
