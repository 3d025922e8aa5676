from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
)
from intacct.xml.elements import element
from intacct.xml.envelope import Function
from intacct.xml.parsing import SIZE_MAX_BYTES
from tests.unit.intacct.xml.answers import answered, done, error, failed, refused, shut_out
from tests.unit.intacct.xml.scripted import BOUND, Rig

SECRETS = ("sender-secret", "session-1", "session-2")
EXPIRED = shut_out(error("XL03000006", "Invalid session session-1.. "))
ROLLED_BACK = error("XL03000009", "The entire transaction in this operation has been rolled back")


def write(control_id: str = "f-1") -> Function:
    return Function(control_id, element("create"))


def test_a_session_is_sent_to_the_url_that_it_is_bound_to() -> None:
    rig = Rig(answered(done("f-1", key="1")))

    rig.gateway.execute_one(write(), entity="E1", is_write=True)

    assert str(rig.requests[0].url) == BOUND
    assert rig.requests[0].headers["content-type"] == "application/xml"
    assert rig.sent(0, ".//sessionid") == "session-1"


@pytest.mark.parametrize(("is_write", "unique"), [(True, "true"), (False, "false")])
def test_only_writes_are_unique(is_write: bool, unique: str) -> None:  # noqa: FBT001
    rig = Rig(answered(done("f-1")))

    rig.gateway.execute_one(write(), is_write=is_write)

    assert rig.sent(0, "control/uniqueid") == unique


def test_each_answer_moves_the_time_out() -> None:
    rig = Rig(answered(done("f-1"), until="2026-01-15T12:00:00+00:00"))

    rig.gateway.execute_one(write(), is_write=True)

    assert rig.sessions.expiries == [("session-1", datetime(2026, 1, 15, 12, tzinfo=UTC))]


@pytest.mark.parametrize(
    "refusal",
    [EXPIRED, httpx.Response(401, content=shut_out(error("XMLGW_JPP0002", "Sign-in information")))],
)
def test_an_expired_session_is_renewed_once_and_nobody_knows(
    refusal: bytes | httpx.Response,
) -> None:
    rig = Rig(refusal, answered(done("f-1", key="7")))

    result = rig.gateway.execute_one(write(), is_write=True)

    assert result.key == "7"
    assert [session.id for session in rig.sessions.renewals] == ["session-1"]
    assert rig.sent(1, ".//sessionid") == "session-2"
    assert rig.sent(1, "control/controlid") != rig.sent(0, "control/controlid")


def test_a_fresh_session_that_is_refused_too_calls_a_person() -> None:
    rig = Rig(EXPIRED, EXPIRED)

    with pytest.raises(CredentialsError) as caught:
        rig.gateway.execute_one(write(), is_write=True)

    assert len(rig.requests) == 2
    assert not [s for s in SECRETS if s in f"{caught.value!r}{caught.value.findings!r}"]


def test_a_sender_that_is_not_authorised_is_no_expired_session() -> None:
    rig = Rig(shut_out(error("XL03000006", "Invalid Web Services Authorization for sender")))

    with pytest.raises(CredentialsError):
        rig.gateway.execute_one(write(), is_write=True)

    assert rig.sessions.renewals == []


def test_a_refused_envelope_is_rejected() -> None:
    rig = Rig(refused(error("XL03000003", "line 1, column 2")))

    with pytest.raises(RejectedError) as caught:
        rig.gateway.execute_one(write(), is_write=True)

    assert caught.value.control_id == "f-1"


LOST: list[tuple[bytes | httpx.Response | Exception, type[IntacctError], type[IntacctError]]] = [
    (httpx.ReadTimeout("x"), OutcomeUnknownError, NotSentError),
    (httpx.ConnectError("x"), NotSentError, NotSentError),
    (httpx.Response(200, content=b"<html>busy</html>"), OutcomeUnknownError, NotSentError),
    (httpx.Response(524, content=b"<!DOCTYPE html>"), OutcomeUnknownError, NotSentError),
    (httpx.Response(502, content=b"<response><control"), OutcomeUnknownError, NotSentError),
    (httpx.Response(200, content=b""), OutcomeUnknownError, NotSentError),
    (b"<response>" + b" " * SIZE_MAX_BYTES, OutcomeUnknownError, NotSentError),
    (answered(), OutcomeUnknownError, RejectedError),
    (refused(error("X", "The Service is Temporarily Off-line")), NotSentError, NotSentError),
    (refused(error("GW-0003", "")), OutcomeUnknownError, NotSentError),
]


@pytest.mark.parametrize(("answer", "of_write", "of_read"), LOST)
def test_a_lost_answer_to_a_write_is_unknown_and_to_a_read_is_not(
    answer: bytes | httpx.Response | Exception,
    of_write: type[IntacctError],
    of_read: type[IntacctError],
) -> None:
    for is_write, expected in ((True, of_write), (False, of_read)):
        with pytest.raises(expected) as caught:
            Rig(answer).gateway.execute_one(write(), is_write=is_write)
        assert type(caught.value) is expected


def test_a_failure_of_the_wire_does_not_carry_the_request() -> None:
    with pytest.raises(OutcomeUnknownError) as caught:
        Rig(httpx.ReadError("x")).gateway.execute_one(write(), is_write=True)

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_functions_fail_one_by_one() -> None:
    rig = Rig(
        answered(done("a", key="1"), failed("b", error("BL34000061", "exists")), done("c", key="3"))
    )

    results = rig.gateway.execute([write("a"), write("b"), write("c")], is_write=True)

    assert [result.key for result in results] == ["1", "", "3"]
    assert [type(result.error) for result in results] == [
        type(None),
        DuplicateDocumentError,
        type(None),
    ]
    with pytest.raises(DuplicateDocumentError):
        results[1].checked()


def test_the_functions_of_a_failed_transaction_share_its_cause() -> None:
    rig = Rig(
        answered(
            failed("a", ROLLED_BACK, status="aborted"),
            failed("b", error("BL34000061", "exists"), ROLLED_BACK),
        )
    )

    results = rig.gateway.execute(
        [write("a"), write("b"), write("c")], is_write=True, transaction=True
    )

    errors = [result.error for result in results]
    # Only b's document is there; a and c were undone with it.
    assert [type(each) for each in errors] == [RejectedError, DuplicateDocumentError, RejectedError]
    assert [each.codes[0] for each in errors if each] == ["BL34000061"] * 3
    assert rig.requests[0].content.count(b'transaction="true"') == 1


def test_the_cause_of_a_failed_transaction_speaks_for_all_of_it() -> None:
    rig = Rig(
        answered(
            failed("a", ROLLED_BACK, status="aborted"),
            failed("b", error("PL04000005", "no permission"), ROLLED_BACK),
        )
    )

    results = rig.gateway.execute([write("a"), write("b")], is_write=True, transaction=True)

    assert [type(result.error) for result in results] == [PermissionDeniedError] * 2


def test_a_success_inside_a_failed_transaction_must_be_looked_up() -> None:
    rig = Rig(answered(done("a", key="1"), failed("b", error("BL03000018", "no unit"))))

    results = rig.gateway.execute([write("a"), write("b")], is_write=True, transaction=True)

    assert [type(result.error) for result in results] == [OutcomeUnknownError, RejectedError]


DEAD_IN_MIDRUN = answered(
    done("a", key="1"), failed("b", error("XL03000006", "Invalid session session-1.."))
)


def test_a_session_that_dies_between_functions_repeats_only_the_others() -> None:
    rig = Rig(DEAD_IN_MIDRUN, answered(done("b", key="2"), done("c", key="3")))

    results = rig.gateway.execute([write("a"), write("b"), write("c")], is_write=True)

    assert [result.key for result in results] == ["1", "2", "3"]
    assert rig.control_ids(1) == ["b", "c"]


def test_a_transaction_whose_session_dies_is_repeated_whole() -> None:
    rig = Rig(DEAD_IN_MIDRUN, answered(done("a", key="1"), done("b", key="2")))

    results = rig.gateway.execute([write("a"), write("b")], is_write=True, transaction=True)

    assert [result.key for result in results] == ["1", "2"]
    assert rig.control_ids(1) == ["a", "b"]


def test_a_repetition_that_is_lost_leaves_what_was_answered() -> None:
    rig = Rig(DEAD_IN_MIDRUN, httpx.ReadTimeout("x"))

    results = rig.gateway.execute([write("a"), write("b")], is_write=True)

    assert results[0].checked().key == "1"
    assert type(results[1].error) is OutcomeUnknownError


def test_without_a_new_session_what_was_answered_stays_and_the_rest_was_not_sent() -> None:
    rig = Rig(DEAD_IN_MIDRUN)
    rig.sessions.failure = NotSentError("the table of sessions cannot be read")

    results = rig.gateway.execute([write("a"), write("b")], is_write=True)

    assert results[0].checked().key == "1"
    assert type(results[1].error) is NotSentError


def test_a_time_out_that_cannot_be_noted_leaves_the_answer_as_it_is() -> None:
    rig = Rig(answered(done("f-1", key="1")))
    rig.sessions.failure = NotSentError("the table of sessions cannot be written")

    result = rig.gateway.execute_one(write(), is_write=True)

    assert result.key == "1"


def test_a_rate_limit_said_in_xml_keeps_the_pause_of_its_header() -> None:
    limited = httpx.Response(
        429, content=refused(error("GW-0010", "slow down")), headers={"Retry-After": "17"}
    )

    with pytest.raises(RateLimitedError) as caught:
        Rig(limited).gateway.execute_one(write(), is_write=True)

    assert caught.value.retry_after_seconds == 17.0


def test_a_refusal_carries_the_finer_number_of_each_entry() -> None:
    more = "<additionalinfo><errorid>GL-0493</errorid></additionalinfo>"
    rig = Rig(answered(failed("f-1", error("BL01001973", "duplicate account", more=more))))

    with pytest.raises(DuplicateDocumentError) as caught:
        rig.gateway.execute_one(write(), is_write=True)

    assert caught.value.findings[0].error_id == "GL-0493"


def test_a_result_that_is_missing_outside_a_transaction_is_unknown() -> None:
    rig = Rig(answered(failed("a", error("BL34000061", "exists"))))

    results = rig.gateway.execute([write("a"), write("b")], is_write=True)

    assert type(results[1].error) is OutcomeUnknownError


def test_a_status_that_is_no_success_is_a_failure() -> None:
    odd = done("f-1", key="1").replace("success", "perhaps", 1)

    with pytest.raises(RejectedError):
        Rig(answered(odd)).gateway.execute_one(write(), is_write=True)


def test_a_failed_create_that_wrote_something_must_be_looked_up() -> None:
    data = '<data listtype="objects" count="1"><glbatch><RECORDNO>5</RECORDNO></glbatch></data>'
    rig = Rig(answered(failed("f-1", error("BL01001973", "second is bad"), data=data)))

    with pytest.raises(OutcomeUnknownError):
        rig.gateway.execute_one(write(), is_write=True)


def test_nothing_secret_is_in_the_repr_of_the_gateway() -> None:
    assert not [secret for secret in SECRETS if secret in repr(Rig().gateway)]
