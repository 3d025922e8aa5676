"""Webhooks of Sage: what is genuine, and what nobody else can make so (REST reference §15.1)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intacct.signatures import LIFE, SKEW, HeaderForm, Sender, is_genuine, unsigned_object

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "a client secret that nobody else has"
BODY = b'{"object": "accounts-receivable/customer", "key": "17"}'
SENDER = Sender("acme", (SECRET,))
Claims = dict[str, Any]


def claims(body: bytes = BODY, *, unit: int = 1000, at: datetime = NOW) -> Claims:
    return {
        "iss": "Sage Intacct",
        "iat": int(at.timestamp() * unit),
        "exp": int((at + LIFE).timestamp() * unit),
        "tenant_id": "acme",
        "app_id": "an-app",
        "payload_signature": hashlib.sha256(body).hexdigest(),
        "payload_signature_alg": "SHA-256",
    }


def token(told: Claims, secret: str = SECRET, algorithm: str = "HS256") -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the length of secrets, which are Sage's to choose
        return jwt.encode(told, secret, algorithm=algorithm)


def wrapped(text: str) -> str:
    told = {"clientId": "an-app.app.sage.com", "signature": text}
    return base64.b64encode(json.dumps(told).encode()).decode()


def genuine(
    header: str, *, body: bytes = BODY, sender: Sender = SENDER, now: datetime = NOW
) -> bool:
    return is_genuine(header, body, sender, now=now)


@pytest.mark.parametrize("unit", [1, 1000], ids=["seconds", "milliseconds"])
@pytest.mark.parametrize("form", [str, wrapped], ids=["jwt", "wrapped"])
def test_both_forms_and_both_units_that_sources_tell_are_genuine(
    unit: int, form: Callable[[str], str]
) -> None:
    assert genuine(form(token(claims(unit=unit))))


@pytest.mark.parametrize(
    ("form", "is_plain", "is_wrapped"),
    [(HeaderForm.JWT, True, False), (HeaderForm.WRAPPED, False, True)],
)
def test_a_company_may_settle_on_one_form(
    form: HeaderForm, *, is_plain: bool, is_wrapped: bool
) -> None:
    sender = Sender("acme", (SECRET,), form)
    plain = token(claims())

    assert genuine(plain, sender=sender) is is_plain
    assert genuine(wrapped(plain), sender=sender) is is_wrapped


def test_a_secret_can_be_replaced_while_deliveries_are_on_their_way() -> None:
    sender = Sender("acme", ("the new one", SECRET))

    assert genuine(token(claims()), sender=sender)
    assert genuine(token(claims(), "the new one"), sender=sender)
    assert not genuine(token(claims(), "another"), sender=sender)
    assert not genuine(token(claims()), sender=Sender("acme", ()))


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "Somebody"},
        {"tenant_id": "another"},
        {"tenant_id": None},
        {"payload_signature": hashlib.sha256(b"another body").hexdigest()},
        {"payload_signature": ""},
        {"payload_signature_alg": "MD5"},
        {"exp": None},
        {"exp": True},
        {"exp": "1795176000"},
        {"exp": 10**40},
        {"iat": None},
        {"iat": -5},
        {"exp": int((NOW + timedelta(days=30)).timestamp())},
    ],
    ids=str,
)
def test_a_claim_that_does_not_hold_makes_a_signed_token_worthless(changed: Claims) -> None:
    assert not genuine(token({**claims(unit=1), **changed}))


@pytest.mark.parametrize("left_out", ["iss", "iat", "exp", "tenant_id", "payload_signature"])
def test_a_token_must_claim_everything(left_out: str) -> None:
    told = {name: value for name, value in claims().items() if name != left_out}

    assert not genuine(token(told))


@pytest.mark.parametrize(
    ("after", "holds"),
    [
        (timedelta(), True),
        (LIFE, True),
        (LIFE + timedelta(seconds=1), False),
        (-SKEW, True),
        (-SKEW - timedelta(seconds=1), False),
    ],
    ids=str,
)
def test_a_delivery_can_be_played_again_within_its_hour_only(
    after: timedelta, *, holds: bool
) -> None:
    assert genuine(token(claims()), now=NOW + after) is holds


def test_no_other_algorithm_is_taken() -> None:
    unsigned = jwt.encode(claims(), "", algorithm="none")

    assert not genuine(unsigned)
    assert not genuine(token(claims(), algorithm="HS512"))


def test_the_body_counts_byte_for_byte() -> None:
    header = token(claims())

    assert not genuine(header, body=BODY + b"\n")
    assert not genuine(header, body=BODY.replace(b"17", b"18"))


@pytest.mark.parametrize(
    "header", ["", "..", "a.b.c", "{}", "W10=", "x" * 9000, "é.é.é", wrapped("a.b.c"), wrapped("")]
)
def test_what_is_no_token_is_refused_without_a_failure(header: str) -> None:
    assert not genuine(header)


def test_a_signed_token_that_is_no_object_is_refused() -> None:
    head = base64.urlsafe_b64encode(b'{"alg": "HS256"}').decode().rstrip("=")
    signed = f"{head}.W10"
    mac = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()

    assert not genuine(f"{signed}.{base64.urlsafe_b64encode(mac).decode()}")


@given(at=st.integers(0, 400), bit=st.integers(0, 7))
def test_no_bit_of_a_token_can_be_turned(at: int, bit: int) -> None:
    good = token(claims()).encode()
    spoilt = bytearray(good)
    at %= len(good)
    spoilt[at] ^= 1 << bit
    # The last letter of base64 holds bits that mean nothing: the same bytes are the same proof.
    same = at == len(good) - 1

    assert same or not genuine(spoilt.decode("latin-1"))


@given(header=st.text(max_size=200), body=st.binary(max_size=50))
def test_nothing_that_is_made_up_is_genuine(header: str, body: bytes) -> None:
    assert not genuine(header, body=body)
    assert isinstance(unsigned_object(header), dict)


@pytest.mark.parametrize("depth", [10, 1000, 4000])
def test_a_token_that_nests_without_end_is_refused_without_a_failure(depth: int) -> None:
    head = base64.urlsafe_b64encode(b"[" * depth).decode().rstrip("=")

    assert not genuine(f"{head}.e30.e30")
    assert not genuine(wrapped(f"{head}.e30.e30"))


def test_a_sender_shows_no_secret() -> None:
    assert SECRET not in repr(SENDER)
