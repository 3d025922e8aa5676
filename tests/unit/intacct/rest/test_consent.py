"""Asking an administrator for consent, and reading what comes back."""

from __future__ import annotations

import base64
import hashlib
import itertools
from urllib.parse import parse_qs, urlsplit

import pytest

from intacct.errors import CredentialsError
from intacct.rest.consent import Consent, begin, code_from

BACK = "https://us.example/sage/back"


def asked(redirect_uri: str = BACK) -> Consent:
    numbers = itertools.count(1)
    return begin(
        "https://api.intacct.com/ia/api/v1/oauth2/authorize",
        client_id="app.sage.com",
        redirect_uri=redirect_uri,
        random_bytes=lambda size: bytes([next(numbers)]) * size,
    )


def test_the_address_asks_for_a_code_with_a_refresh_token_and_pkce() -> None:
    consent = asked()

    query = {name: values[0] for name, values in parse_qs(urlsplit(consent.url).query).items()}
    digest = hashlib.sha256(consent.verifier.encode()).digest()
    assert query == {
        "response_type": "code",
        "client_id": "app.sage.com",
        "redirect_uri": BACK,
        "scope": "offline_access",
        "state": consent.state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    assert consent.state != consent.verifier
    assert len(consent.verifier) == 43  # RFC 7636 wants 43 to 128 characters


def test_only_https_and_this_machine_are_come_back_to() -> None:
    with pytest.raises(ValueError, match="https"):
        asked("http://us.example/back")
    assert asked("http://127.0.0.1:8400/back").redirect_uri == "http://127.0.0.1:8400/back"


def test_the_code_is_taken_from_the_answer_to_this_consent() -> None:
    consent = asked()

    assert code_from(consent, f"{BACK}?code=c-1&state={consent.state}") == "c-1"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("code=c-1&state=other", "another consent"),
        ("code=c-1", "another consent"),
        ("code=c-1&state={state}&state={state}", "another consent"),
        ("error=access_denied&state={state}", "not given"),
        ("state={state}", "no code"),
        ("code=a&code=b&state={state}", "no code"),
    ],
)
def test_an_answer_that_is_none_of_ours_gives_no_code(answer: str, message: str) -> None:
    consent = asked()

    with pytest.raises(CredentialsError, match=message):
        code_from(consent, f"{BACK}?{answer.format(state=consent.state)}")


def test_nothing_secret_shows_in_the_repr_of_a_consent() -> None:
    consent = asked()

    assert consent.state not in repr(consent)
    assert consent.verifier not in repr(consent)
