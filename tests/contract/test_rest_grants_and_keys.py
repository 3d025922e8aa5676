"""Tokens by consent, and what an idempotency key is worth, against the simulator's clock."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import httpx
import pytest

from intacct.errors import CredentialsError, OutcomeUnknownError, RejectedError
from intacct.rest.actions import RestActions
from intacct.rest.auth import Token
from intacct.rest.client import RestClient
from intacct.rest.consent import begin, code_from
from intacct.rest.customers import matching
from tests.contract.actions.documents import CUSTOMER, ENTRY
from tests.contract.conftest import RestRig, Simulator

HOUR = 3600
BACK = "https://us.example/back"


@pytest.fixture
def rig(simulator: Simulator) -> Iterator[RestRig]:
    with closing(RestRig(simulator)) as rig:
        yield rig


class OneToken:
    """A token that is not renewed."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def current(self) -> str:
        return self._token.access_token

    def renewed(self, *, rejected: str) -> str:
        return rejected


def consented(rig: RestRig) -> Token:
    consent = begin(
        f"{rig.simulator.rest_url}/oauth2/authorize",
        client_id=rig.simulator.credentials.client_id,
        redirect_uri=BACK,
        random_bytes=secrets.token_bytes,
    )
    answer = rig.http.get(consent.url)
    assert answer.status_code == httpx.codes.FOUND
    code = code_from(consent, answer.headers["Location"])
    return rig.endpoint.authorization_code(code, BACK, code_verifier=consent.verifier)


def reads(rig: RestRig, token: Token) -> bool:
    client = RestClient(rig.http, rig.simulator.rest_url, OneToken(token), monotonic=lambda: 0.0)
    try:
        return matching(client, entity="100", customer_id="NOBODY") == []
    except CredentialsError:
        return False


def test_a_consent_brings_a_token_that_is_refreshed_and_given_back(rig: RestRig) -> None:
    first = consented(rig)
    assert reads(rig, first)

    second = rig.endpoint.refresh(first.refresh_token)
    assert reads(rig, second)

    rig.endpoint.revoke(second.access_token)
    assert not reads(rig, second)


def test_a_code_is_good_once_and_with_its_own_verifier_only(rig: RestRig) -> None:
    consent = begin(
        f"{rig.simulator.rest_url}/oauth2/authorize",
        client_id=rig.simulator.credentials.client_id,
        redirect_uri=BACK,
        random_bytes=secrets.token_bytes,
    )
    code = code_from(consent, rig.http.get(consent.url).headers["Location"])

    with pytest.raises(CredentialsError):
        rig.endpoint.authorization_code(code, BACK, code_verifier="x" * 43)
    with pytest.raises(CredentialsError):
        rig.endpoint.authorization_code(code, BACK, code_verifier=consent.verifier)


def create(rig: RestRig, key: str, reference: str = ENTRY.reference) -> str:
    actions: RestActions = rig.actions
    return actions.create(replace(ENTRY, reference=reference), idempotency_key=key).key


def test_a_key_repeats_its_answer_for_48_hours_and_is_then_a_reason_to_look(rig: RestRig) -> None:
    key = create(rig, "posting-1.0")
    rig.simulator.post("clock", {"advance_seconds": 47 * HOUR})
    assert create(rig, "posting-1.0") == key

    rig.simulator.post("clock", {"advance_seconds": 2 * HOUR})
    with pytest.raises(OutcomeUnknownError):
        create(rig, "posting-1.0")

    assert [one.result.key for one in rig.actions.find(ENTRY)] == [key]


def test_a_key_that_stands_for_another_document_is_a_reason_to_look(rig: RestRig) -> None:
    create(rig, "posting-1.0")

    with pytest.raises(OutcomeUnknownError):
        create(rig, "posting-1.0", reference="GL-OTHER")

    assert rig.actions.find(replace(ENTRY, reference="GL-OTHER")) == []


def test_a_refusal_is_repeated_until_the_next_generation_of_the_key(rig: RestRig) -> None:
    books = rig.simulator.company.books
    journal = books.by_id("journal", "GJ")
    assert journal is not None
    books.update("journal", journal["key"], {"status": "inactive"})
    with pytest.raises(RejectedError) as first:
        create(rig, "posting-1.0")
    assert not first.value.is_replay

    books.update("journal", journal["key"], {"status": "active"})
    with pytest.raises(RejectedError) as again:
        create(rig, "posting-1.0")
    assert again.value.is_replay

    assert create(rig, "posting-1.1")
    assert len(rig.actions.find(ENTRY)) == 1


def test_a_duplicate_that_a_key_repeats_is_the_first_answer(rig: RestRig) -> None:
    first = rig.actions.create(CUSTOMER, idempotency_key="customer-1.0")

    assert rig.actions.create(CUSTOMER, idempotency_key="customer-1.0") == first
