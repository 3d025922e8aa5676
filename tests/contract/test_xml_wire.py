"""Our XML client over a real socket: what a broken wire does, and what it never does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import httpx
import pytest

from commerce.money import Money
from intacct.documents import Dimensions, DocumentResult, JournalEntry, JournalLine, Side
from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
)
from intacct.xml.envelope import UserCredentials
from intacct.xml.sessions import adopt_session, open_session
from tests.contract.conftest import Simulator
from tests.contract.xml_rig import XmlRig

AT = Dimensions(location="100", department="WEB")
AMOUNT = Money.of("75.50", "USD")
JOURNAL = JournalEntry(
    reference="GL-20261120-ABCDEFGH",
    journal="GJ",
    posted_on=date(2026, 11, 20),
    description="Shop sales 2026-11-20",
    lines=(
        JournalLine("1100", Side.DEBIT, AMOUNT, AT),
        JournalLine("4000", Side.CREDIT, AMOUNT, AT),
    ),
)


@pytest.fixture
def rig(simulator: Simulator) -> Iterator[XmlRig]:
    with httpx.Client(timeout=5, trust_env=False) as http:
        yield XmlRig(simulator.company, http=http, url=simulator.xml_url)


def post(rig: XmlRig) -> None:
    rig.actions().create(JOURNAL, control_id="the-day")


def test_a_session_is_bound_to_the_simulators_own_address(
    rig: XmlRig, simulator: Simulator
) -> None:
    assert rig.open("100").endpoint == simulator.xml_url
    assert rig.open("100").entity == "100"


def test_a_session_that_expires_in_mid_run_is_renewed_unnoticed(rig: XmlRig) -> None:
    rig.actions().find(JOURNAL)
    rig.company.sessions.expire_all()

    post(rig)

    assert rig.sessions.renewals == 1
    assert len(rig.actions().find(JOURNAL)) == 1


def test_each_answer_moves_the_time_out_that_the_fleet_keeps(rig: XmlRig) -> None:
    rig.company.clock.set(rig.company.clock.now(), freeze=True)
    rig.actions().find(JOURNAL)
    rig.company.clock.advance(60)
    rig.actions().find(JOURNAL)

    first, second = rig.sessions.expiries
    assert (second - first).total_seconds() == 60


def test_a_session_of_rest_is_adopted(rig: XmlRig) -> None:
    given = rig.company.sessions.open(rig.company.credentials.user_id, "")

    adopted = adopt_session(rig.transport, given.id, "200", clock=rig.company.clock.now)

    assert adopted.entity == "200"


@pytest.mark.parametrize("user", [("x", "demo"), ("ws_cartledger", "wrong")])
def test_a_wrong_user_stops_the_company(rig: XmlRig, user: tuple[str, str]) -> None:
    wrong = UserCredentials(rig.user.company_id, *user)

    with pytest.raises(CredentialsError) as caught:
        open_session(rig.transport, wrong, clock=rig.company.clock.now)

    assert user[1] not in f"{caught.value!r} {caught.value.findings!r}"


MISHAPS: list[tuple[str, type[IntacctError], int]] = [
    # mishap, what the client raises, documents that exist afterwards
    ("429", RateLimitedError, 0),
    ("503", OutcomeUnknownError, 0),
    ("html", OutcomeUnknownError, 0),
    ("500-before", OutcomeUnknownError, 0),
    ("500-after", OutcomeUnknownError, 1),
    ("drop-before", OutcomeUnknownError, 0),
    ("drop-after", OutcomeUnknownError, 1),
    ("truncated", OutcomeUnknownError, 1),
]


@pytest.mark.parametrize(("mishap", "expected", "documents"), MISHAPS)
def test_a_mishap_of_a_write_is_told_for_what_it_is_and_settled_by_looking(
    rig: XmlRig, mishap: str, expected: type[IntacctError], documents: int
) -> None:
    rig.open()
    rig.company.faults.add(mishap=mishap, protocol="xml", function="create", times=1)

    with pytest.raises(expected) as caught:
        post(rig)

    assert type(caught.value) is expected
    assert len(rig.actions().find(JOURNAL)) == documents


@pytest.mark.parametrize("mishap", ["503", "html", "500-after", "drop-after", "truncated"])
def test_a_mishap_of_a_read_only_asks_for_another_try(rig: XmlRig, mishap: str) -> None:
    post(rig)
    rig.company.faults.add(mishap=mishap, protocol="xml", function="query", times=1)

    with pytest.raises(NotSentError):
        rig.actions().find(JOURNAL)

    assert len(rig.actions().find(JOURNAL)) == 1


def test_a_rate_limit_says_how_long_sage_wants_us_to_wait(rig: XmlRig) -> None:
    rig.company.faults.add(mishap="429", protocol="xml", function="create", times=1, seconds=7)

    with pytest.raises(RateLimitedError) as caught:
        post(rig)

    assert caught.value.retry_after_seconds == 7


def test_nobody_listening_means_that_nothing_was_sent(simulator: Simulator) -> None:
    with httpx.Client(timeout=5, trust_env=False) as http:
        rig = XmlRig(simulator.company, http=http, url="http://127.0.0.1:9/ia/xml/xmlgw.phtml")

        with pytest.raises(NotSentError):
            post(rig)


def test_no_failure_shows_a_secret(rig: XmlRig) -> None:
    known = rig.company.credentials
    secrets = (known.sender_password, known.user_password, rig.open().id)
    shown = []

    for mishap, _expected, _documents in MISHAPS:
        rig.company.faults.add(mishap=mishap, protocol="xml", function="create", times=1)
        with pytest.raises(IntacctError) as caught:
            post(rig)
        shown.append(f"{caught.value!r} {vars(caught.value)!r} {caught.value.__cause__!r}")
        rig.company.faults.clear()

    assert not [secret for secret in secrets if secret in " ".join(shown)]


BATCH = [replace(JOURNAL, reference=f"GL-BATCH-{number}") for number in range(3)]


@pytest.mark.parametrize(("mishap", "documents"), [("drop-before", 0), ("drop-after", 3)])
def test_a_batch_whose_answer_is_lost_is_settled_document_by_document(
    rig: XmlRig, mishap: str, documents: int
) -> None:
    rig.open()
    rig.company.faults.add(mishap=mishap, protocol="xml", function="create", times=1)

    outcomes = rig.actions().create_many(BATCH, ["b0", "b1", "b2"])

    assert [type(each) for each in outcomes] == [OutcomeUnknownError] * 3
    assert sum(len(rig.actions().find(each)) for each in BATCH) == documents
    again = rig.actions().create_many(BATCH, ["b0", "b1", "b2"])
    kinds = {type(each) for each in again}
    assert kinds == ({DuplicateDocumentError} if documents else {DocumentResult})
    assert sum(len(rig.actions().find(each)) for each in BATCH) == 3


def test_a_batch_outlives_its_session(rig: XmlRig) -> None:
    rig.actions().find(JOURNAL)
    rig.company.sessions.expire_all()

    outcomes = rig.actions().create_many(BATCH, ["b0", "b1", "b2"])

    assert [type(each) for each in outcomes] == [DocumentResult] * 3
    assert rig.sessions.renewals == 1
