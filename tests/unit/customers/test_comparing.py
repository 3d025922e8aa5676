"""Two values are the same by the rule of their field, and by no other."""

from __future__ import annotations

import pytest

from intacct.documents import PostalAddress
from shared.customers.comparing import (
    email_key,
    folded,
    phone_key,
    phone_spellings,
    postal_key,
    same_place,
)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Ada & Sons", "ADA  &  sons ", True),
        ("Müller", "MÜLLER", True),
        ("Muller", "Müller", False),  # codespell:ignore muller
        ("\uff21\uff24\uff21", "ada", True),
        ("Ada & Sons", "Ada & Sons Inc", False),
        ("Straße", "STRASSE", True),
    ],
)
def test_names_are_compared_without_case_and_extra_space(
    one: str, other: str, *, is_same: bool
) -> None:
    assert (folded(one) == folded(other)) is is_same


def test_addresses_of_mail_are_compared_letter_for_letter_without_case() -> None:
    assert email_key(" Ada@Example.com") == email_key("ada@example.COM ")
    assert email_key("ada+shop@example.com") != email_key("ada@example.com")
    assert email_key("a.da@example.com") != email_key("ada@example.com")


@pytest.mark.parametrize("text", ["+1 (408) 555-0100", "14085550100", "0014085550100"])
def test_a_phone_number_is_its_digits(text: str) -> None:
    assert phone_key(text) == "14085550100"


@pytest.mark.parametrize("text", ["", "n/a", "555", "123456"])
def test_what_is_too_short_for_a_phone_number_is_none(text: str) -> None:
    assert phone_key(text) == ""
    assert phone_spellings(text) == ()


def test_a_number_without_its_country_is_another_one() -> None:
    assert phone_key("408 555 0100") != phone_key("+1 408 555 0100")


def test_a_number_is_looked_for_in_each_spelling_once() -> None:
    assert phone_spellings("+1 408 555-0100") == ("+1 408 555-0100", "14085550100", "+14085550100")
    assert phone_spellings("14085550100") == ("14085550100", "+14085550100")


def test_postal_codes_are_compared_without_space() -> None:
    assert postal_key("sw1a 1aa") == postal_key("SW1A1AA")


PLACE = PostalAddress("1 Main St", "", "San Jose", "CA", "95110", "US")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (PostalAddress("1 MAIN  st", "Floor 3", "SJ", "", "95 110", "us"), True),
        (PostalAddress("1 Main St", "", "San Jose", "CA", "95111", "US"), False),
        (PostalAddress("2 Main St", "", "San Jose", "CA", "95110", "US"), False),
        (PostalAddress("1 Main St", "", "San Jose", "CA", "95110", "MX"), False),
        (PostalAddress(), False),
    ],
)
def test_a_place_is_line_postal_code_and_country(other: PostalAddress, *, is_same: bool) -> None:
    assert same_place(PLACE, other) is is_same


def test_two_empty_addresses_are_no_place() -> None:
    assert not same_place(PostalAddress(), PostalAddress())
