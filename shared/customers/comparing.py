"""When two values of a buyer and of a customer are the same: stated per field, and never by halves.

Sage compares loosely in a search; a hit counts only if its value is the same by these rules.
"""

from __future__ import annotations

import unicodedata

from intacct.documents import PostalAddress

_SHORTEST_PHONE = 7


def folded(text: str) -> str:
    """Names and lines of addresses: Unicode NFKC, without case, runs of white space as one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def email_key(text: str) -> str:
    """E-mail addresses: without case and outer white space, else letter for letter."""
    return text.strip().casefold()


def phone_key(text: str) -> str:
    """Phone numbers: their digits, a leading `00` taken for `+`; empty for fewer than seven.

    A number with a country's prefix is another one than the same without.
    """
    digits = "".join(character for character in text if "0" <= character <= "9")
    if not text.strip().startswith("+") and digits.startswith("00"):
        digits = digits.removeprefix("00")
    return digits if len(digits) >= _SHORTEST_PHONE else ""


def phone_spellings(text: str) -> tuple[str, ...]:
    """The ways in which Sage may hold a number that is the same: as given, digits, with `+`."""
    digits = phone_key(text)
    if not digits:
        return ()
    return tuple(dict.fromkeys((text.strip(), digits, f"+{digits}")))


def postal_key(text: str) -> str:
    """Postal codes: without case and any white space."""
    return "".join(folded(text).split())


def same_place(one: PostalAddress, other: PostalAddress) -> bool:
    """Whether both name the same first line, postal code and country, none of them empty."""
    mine, theirs = _place(one), _place(other)
    return all(mine) and mine == theirs


def _place(address: PostalAddress) -> tuple[str, str, str]:
    return folded(address.line1), postal_key(address.postal_code), address.country.strip().upper()
