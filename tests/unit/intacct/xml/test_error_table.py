"""Every row of the table of errors (XML reference §8.4), and what each way to fail becomes."""

from __future__ import annotations

import httpx
import pytest

from intacct.errors import (
    CredentialsError,
    DuplicateDocumentError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    PeriodClosedError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
    SageFinding,
)
from intacct.xml.envelope import Faults
from intacct.xml.error_table import (
    RULES,
    Level,
    Verdict,
    error_for,
    error_for_status,
    error_for_transport,
    is_rolled_back_only,
    verdict_of,
)

CONTROL, SIGN_IN, RESULT = Level.CONTROL, Level.AUTHENTICATION, Level.RESULT
COMPANION = ("BL01001973", "Could not create customer record!")
PROCESSING = ("XL03000009", "There was an error processing the function.")

# row, level, entries (number, text), error of a write
ROWS: list[tuple[int, Level, list[tuple[str, str]], type[IntacctError]]] = [
    (1, CONTROL, [("GW-0001", "internal")], OutcomeUnknownError),
    (1, CONTROL, [("GW-0009", "upstream")], OutcomeUnknownError),
    (2, CONTROL, [("GW-0010", "API rate limit exceeded")], RateLimitedError),
    (3, CONTROL, [("GW-0011", "unknown tenant")], CredentialsError),
    (4, CONTROL, [("GW-0012", "tenant missing")], CredentialsError),
    (5, CONTROL, [("GW-0014", "content type")], RejectedError),
    (6, CONTROL, [("GW-0015", "attribute missing")], RejectedError),
    (7, CONTROL, [("GW-0035", "token")], CredentialsError),
    (8, CONTROL, [("GW-0042", "forbidden")], CredentialsError),
    (9, CONTROL, [("invalidRequest", "company")], CredentialsError),
    (10, SIGN_IN, [("XMLGW_JPP0002", "Sign-in information is incorrect")], CredentialsError),
    (10, SIGN_IN, [("UJPP0002", "Sign-in information is incorrect")], CredentialsError),
    (11, CONTROL, [("XL03000003", "line 1")], RejectedError),
    (12, CONTROL, [("XL03000006", "Incorrect XML Partner ID or password")], CredentialsError),
    (13, CONTROL, [("XL03000006", "'x' is not a valid transport policy.")], CredentialsError),
    (14, SIGN_IN, [("XL03000006", "Sign-in information is incorrect")], CredentialsError),
    (15, SIGN_IN, [("XL03000006", "Invalid session")], CredentialsError),
    (16, CONTROL, [("XL03000006", "Invalid Web Services Authorization")], CredentialsError),
    (17, RESULT, [("XL03000006", "The following fields cannot be queried: X")], RejectedError),
    (18, RESULT, [("BL1", "Company is not authorized for XML transactions")], CredentialsError),
    (19, SIGN_IN, [("PL04000055", "expired")], CredentialsError),
    (21, RESULT, [PROCESSING, ("XL03000009", "Object definition X not found")], RejectedError),
    (22, RESULT, [("Query Failed", "Object definition X not found")], RejectedError),
    (23, RESULT, [("XL03000010", "no such field")], RejectedError),
    (24, RESULT, [("Invalid fields list FOO", "")], RejectedError),
    (25, RESULT, [("DL02000001", "bad query")], RejectedError),
    (26, RESULT, [("PL04000005", "no")], PermissionDeniedError),
    (
        27,
        RESULT,
        [("", "You do not have permission for API operation CREATE")],
        PermissionDeniedError,
    ),
    (28, RESULT, [("BL34000061", "already exists"), COMPANION], DuplicateDocumentError),
    (29, RESULT, [("PL05000104", "duplicate")], DuplicateDocumentError),
    (30, RESULT, [("BL01001973", "Account 1 already exists"), COMPANION], DuplicateDocumentError),
    (30, RESULT, [("BL01001973", "Duplicate transaction number")], DuplicateDocumentError),
    (30, RESULT, [("BL01001973", "The item 'X' is inactive.")], RejectedError),
    (31, RESULT, [COMPANION, PROCESSING], NotSentError),
    (32, RESULT, [("BL03000018", "unit of measure")], RejectedError),
    (33, RESULT, [("BL03000025", "login id")], CredentialsError),
    (34, RESULT, [("BL03000130", "already paid")], DuplicateDocumentError),
    (35, RESULT, [("BL03002129", "wrong action")], RejectedError),
    (36, RESULT, [("BL03002028", "invalid value")], RejectedError),
    (37, RESULT, [("XL03000027", "exceeds the amount due")], RejectedError),
    (38, RESULT, [("PL01000127", "document number missing")], RejectedError),
    (39, RESULT, [("Get API Session Failed", "")], CredentialsError),
    (40, RESULT, [("BL01001973", "Customer 'X' specified is not valid.")], RejectedError),
    (
        41,
        RESULT,
        [("BL01001973", "is missing the Location dimension for the Account")],
        RejectedError,
    ),
    (42, RESULT, [("BL01001973", "The account number '1' requires a Class")], RejectedError),
    (43, RESULT, [("BL01001973", "The location 'X' is invalid.")], RejectedError),
    (44, RESULT, [COMPANION], RejectedError),
    (45, RESULT, [("BL01001973", "The period is closed for entity 100.")], PeriodClosedError),
    (45, RESULT, [("BL01001973", "Books are closed through 10/31/2026")], PeriodClosedError),
    (46, RESULT, [("BL01001973", "Transactions do not balance for 100")], RejectedError),
    (47, RESULT, [("BL1", "Busy. Please Try Again Later")], NotSentError),
    (48, CONTROL, [("XL1", "The Service is Temporarily Off-line")], NotSentError),
    (49, RESULT, [("XL1", "API rate limit exceeded")], RateLimitedError),
]


def faults(entries: list[tuple[str, str]]) -> Faults:
    return Faults(tuple(SageFinding(code, text) for code, text in entries), "support-1")


@pytest.mark.parametrize(
    ("row", "level", "entries", "expected"), ROWS, ids=[f"row-{row[0]}" for row in ROWS]
)
def test_each_row_becomes_the_error_of_its_class(
    row: int, level: Level, entries: list[tuple[str, str]], expected: type[IntacctError]
) -> None:
    error = error_for(faults(entries), level, is_write=True, control_id="f-1", status=200)

    assert type(error) is expected, f"row {row}"
    assert error.control_id == "f-1"
    assert error.support_id == "support-1"
    assert error.codes == tuple(code for code, _text in entries)


def test_every_row_of_the_reference_is_tried() -> None:
    by_status = {50, 51}
    aborted = {20}

    assert {row[0] for row in ROWS} | by_status | aborted == set(range(1, 52))
    assert {rule.row for rule in RULES} <= set(range(1, 52))


@pytest.mark.parametrize("codes", ["GW-0001", "GW-0005", "GW-0009"])
def test_upstream_trouble_of_a_read_may_be_repeated(codes: str) -> None:
    error = error_for(faults([(codes, "")]), CONTROL, is_write=False)

    assert type(error) is NotSentError


def test_only_an_expired_session_asks_for_a_new_one() -> None:
    dead = faults([("XL03000006", "Invalid session")])
    wrong = faults([("XL03000006", "Invalid Web Services Authorization")])

    assert verdict_of(dead, SIGN_IN) is Verdict.RELOGIN
    assert verdict_of(wrong, SIGN_IN) is Verdict.CREDENTIALS


def test_texts_are_compared_without_case() -> None:
    assert verdict_of(faults([("X", "api RATE limit EXCEEDED")]), RESULT) is Verdict.RATE_LIMIT


def test_a_repeated_control_id_reads_as_a_duplicate_in_any_wording() -> None:
    texts = ["A function with this controlid was already executed.", "Duplicate control id f-1"]

    for text in texts:
        assert verdict_of(faults([("XL03000006", text)]), RESULT) is Verdict.DUPLICATE


@pytest.mark.parametrize(
    ("level", "expected"),
    [(CONTROL, RejectedError), (SIGN_IN, CredentialsError), (RESULT, RejectedError)],
)
def test_an_unknown_number_keeps_all_that_sage_said(
    level: Level, expected: type[IntacctError]
) -> None:
    error = error_for(faults([("ZZ99", "something new")]), level, is_write=True)

    assert type(error) is expected
    assert error.findings[0].text == "something new"


def test_no_entry_at_all_is_still_an_error() -> None:
    error = error_for(Faults(), RESULT, is_write=True)

    assert type(error) is RejectedError
    assert "no number" in str(error)


def test_a_message_names_numbers_and_never_texts() -> None:
    error = error_for(
        Faults((SageFinding("BL01001973", "Customer 'Ada' ...", error_id="GL-0493"),)),
        RESULT,
        is_write=True,
    )

    assert "GL-0493, BL01001973" in str(error)
    assert "Ada" not in f"{error} {error!r}"


def test_a_rate_limit_says_how_long_to_wait() -> None:
    error = error_for(faults([("GW-0010", "")]), CONTROL, is_write=True)

    assert isinstance(error, RateLimitedError)
    assert error.retry_after_seconds == 2.0


def test_a_rolled_back_function_is_told_from_the_one_that_failed() -> None:
    text = "The entire transaction in this operation has been rolled back due to an error."

    assert is_rolled_back_only(faults([("XL03000009", text)]))
    assert not is_rolled_back_only(faults([("BL34000061", "exists"), ("XL03000009", text)]))
    assert not is_rolled_back_only(Faults())


STATUSES: list[tuple[int, type[IntacctError], type[IntacctError]]] = [
    # status, of a write, of a read
    (200, OutcomeUnknownError, NotSentError),
    (302, RejectedError, RejectedError),
    (400, RejectedError, RejectedError),
    (401, CredentialsError, CredentialsError),
    (403, CredentialsError, CredentialsError),
    (404, RejectedError, RejectedError),
    (429, RateLimitedError, RateLimitedError),
    (500, OutcomeUnknownError, NotSentError),
    (502, OutcomeUnknownError, NotSentError),
    (503, OutcomeUnknownError, NotSentError),
    (504, OutcomeUnknownError, NotSentError),
    (524, OutcomeUnknownError, NotSentError),
]


@pytest.mark.parametrize(("status", "of_write", "of_read"), STATUSES)
def test_an_answer_that_is_no_xml_is_judged_by_its_status(
    status: int, of_write: type[IntacctError], of_read: type[IntacctError]
) -> None:
    assert type(error_for_status(status, is_write=True)) is of_write
    assert type(error_for_status(status, is_write=False)) is of_read


TRANSPORT: dict[type[httpx.RequestError], type[IntacctError]] = {
    httpx.ConnectError: NotSentError,
    httpx.ConnectTimeout: NotSentError,
    httpx.PoolTimeout: NotSentError,
    httpx.ProxyError: NotSentError,
    httpx.UnsupportedProtocol: NotSentError,
    httpx.ReadError: OutcomeUnknownError,
    httpx.ReadTimeout: OutcomeUnknownError,
    httpx.WriteError: OutcomeUnknownError,
    httpx.WriteTimeout: OutcomeUnknownError,
    httpx.CloseError: OutcomeUnknownError,
    httpx.LocalProtocolError: OutcomeUnknownError,
    httpx.RemoteProtocolError: OutcomeUnknownError,
    httpx.DecodingError: OutcomeUnknownError,
    httpx.TooManyRedirects: OutcomeUnknownError,
}


def leaves(kind: type[httpx.RequestError]) -> set[type[httpx.RequestError]]:
    below = [sub for sub in kind.__subclasses__() if sub.__module__.startswith("httpx")]
    return set().union(*(leaves(sub) for sub in below)) if below else {kind}


def test_every_way_a_request_can_fail_is_in_the_table() -> None:
    assert leaves(httpx.RequestError) == set(TRANSPORT)


@pytest.mark.parametrize("kind", TRANSPORT, ids=lambda kind: kind.__name__)
def test_a_write_that_may_have_left_has_an_unknown_outcome(kind: type[httpx.RequestError]) -> None:
    request = httpx.Request("POST", "https://api.intacct.com/", content=b"<secret/>")
    failure = kind("connection to 10.0.0.1 with secret", request=request)

    error = error_for_transport(failure, is_write=True, control_id="f-1")

    assert type(error) is TRANSPORT[kind]
    assert "secret" not in str(error)
    assert type(error_for_transport(failure, is_write=False)) is NotSentError
