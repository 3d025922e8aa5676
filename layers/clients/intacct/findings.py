"""Findings against what is about to be sent: collected whole, so that a person mends them once.

Targets are paths of our own documents (`/lines/0/quantity`), the same for both protocols.
"""

from __future__ import annotations

import re

from commerce.money import Money
from intacct.documents import CustomFields, Dimensions, Reference
from intacct.errors import RejectedError, SageFinding

# What XML cannot carry, and what is cut off or folded on the way: an identifier with it would be
# stored as another one, and never be found again (XML reference §10).
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|^\s|\s$")
# What Sage takes as a field id; it is also what may stand as an element's name (§14.2).
_FIELD_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")


class Findings:
    """Collects findings; `refuse` raises when there are any."""

    def __init__(self) -> None:
        """Start without any."""
        self.found: list[SageFinding] = []

    def add(self, code: str, text: str, target: str) -> None:
        """Note one finding."""
        self.found.append(SageFinding(code, text, target=target))

    def needs(self, **values: Reference) -> None:
        """Each named member of the whole must be there."""
        for name, value in values.items():
            if not value:
                self.add("MISSING", f"{name} is required", f"/{name}")

    def marks(self, **values: str) -> None:
        """Each named text must be there, and be fit to be found again by."""
        self.needs(**values)
        for name, value in values.items():
            if _UNFIT.search(value):
                text = f"{name} has a blank at an end, or a character that Sage cannot keep"
                self.add("UNFIT_TEXT", text, f"/{name}")

    def needs_at(self, place: str, **values: str) -> None:
        """Each named text of a line must be there."""
        for name, value in values.items():
            if not value:
                self.add("MISSING", f"{name} is required", f"{place}/{name}")

    def limits(self, length_max: int, **values: str) -> None:
        """Each named text has at most so many characters."""
        for name, value in values.items():
            if len(value) > length_max:
                text = f"{name} has {len(value)} characters, and {length_max} are allowed"
                self.add("TOO_LONG", text, f"/{name}")

    def has_lines(self, lines: tuple[object, ...], target: str = "/lines") -> None:
        """There must be something in a document."""
        if not lines:
            self.add("NO_LINES", "it has no lines", target)

    def positive(self, amount: Money, target: str) -> None:
        """An amount whose kind gives the sign must be above zero."""
        if not amount.amount > 0:
            self.add("AMOUNT", "an amount here is positive", target)

    def in_currency(self, amount: Money, currency: str, target: str) -> None:
        """A line is in the currency of its document."""
        if amount.currency != currency:
            text = f"the amount is in {amount.currency}, the document in {currency or 'none'}"
            self.add("CURRENCY_MIXED", text, target)

    def currency(self, code: str) -> None:
        """A currency is a code of ISO 4217, where one is given."""
        if code and not _CURRENCY.fullmatch(code):
            self.add("CURRENCY", "a currency is three capital letters", "/currency")

    def country(self, code: str, target: str) -> None:
        """A country is a code of ISO 3166, where one is given."""
        if code and not _COUNTRY.fullmatch(code.upper()):
            self.add("COUNTRY", "a country is its two letters of ISO 3166", target)

    def custom(self, fields: CustomFields, target: str = "/custom") -> None:
        """Custom fields have names that Sage gives to fields."""
        for name, _ in fields:
            if not _FIELD_ID.fullmatch(name):
                text = "a custom field is named by letters, digits and underscores"
                self.add("CUSTOM_FIELD", text, target)

    def dimensions(self, values: Dimensions, place: str) -> None:
        """User-defined dimensions have names that Sage gives to fields."""
        if values.custom:
            self.custom(values.custom, f"{place}/dimensions/custom")

    def refuse(self, what: str) -> None:
        """End here when something was found.

        Raises:
            RejectedError: with every finding; nothing was sent.
        """
        if self.found:
            codes = ", ".join(dict.fromkeys(finding.code for finding in self.found))
            message = f"the {what} would be refused and was not sent ({codes})"
            raise RejectedError(message, findings=tuple(self.found))
