"""Every documented failure of the REST API leads to the exception that its reader needs."""

from __future__ import annotations

import json
from typing import Any

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
)
from intacct.rest.error_table import (
    BY_CODE,
    BY_STATUS,
    Verdict,
    error_of,
    is_token_failure,
    parse_error,
    retry_after_seconds,
    transport_error,
)

KINDS = {
    Verdict.LIMITED: RateLimitedError,
    Verdict.TOKEN: CredentialsError,
    Verdict.CREDENTIALS: CredentialsError,
    Verdict.PERMISSION: PermissionDeniedError,
    Verdict.DUPLICATE: DuplicateDocumentError,
    Verdict.PERIOD_CLOSED: PeriodClosedError,
    Verdict.REJECTED: RejectedError,
    Verdict.UNDECIDED: OutcomeUnknownError,
}

# (status, code as it stands in the reference, what a write then raises)
CODES = [
    (400, "REST-1028", RejectedError),
    (400, "REST-1064", RejectedError),
    (400, "REST-1043", RejectedError),
    (400, "REST-1050", RejectedError),
    (401, "REST-2102", CredentialsError),
    (400, "REST-7001", RejectedError),
    (422, "REST-7001", RejectedError),
    (400, "invalidParameter", RejectedError),
    (422, "BL01001973", RejectedError),
    (422, "GL-0951", RejectedError),
    (422, "GL-1009", RejectedError),
    (422, "AR-0148", RejectedError),
    (422, "AR-0279", RejectedError),
    (400, "IA.READ_ONLY_FIELD", RejectedError),
    (400, "IA.REQUEST_ON_OBJECT_FAILED", RejectedError),
    (422, "IA.TRANSACTIONS_DO_NOT_BALANCE_FOR", RejectedError),
    (422, "unableToCreateRecordError", RejectedError),
    (422, "invalidConfiguration", RejectedError),
    (429, "GW-0010", RateLimitedError),
    (503, "GW-0010", RateLimitedError),
    (400, "GW-0011", CredentialsError),
    (400, "GW-0012", CredentialsError),
    (400, "GW-0014", RejectedError),
    (400, "GW-0015", RejectedError),
    (401, "GW-0031", CredentialsError),
    (400, "GW-0032", CredentialsError),
    (404, "GW-0033", CredentialsError),
    (401, "GW-0034", CredentialsError),
    (400, "GW-0035", CredentialsError),
    (400, "GW-0036", CredentialsError),
    (400, "GW-0037", CredentialsError),
    (400, "GW-0038", CredentialsError),
    (400, "GW-0039", CredentialsError),
    (403, "GW-0042", PermissionDeniedError),
    (403, "unauthorizedUser", PermissionDeniedError),
    (404, "notFound", RejectedError),
    (404, "invalidKey", RejectedError),
    (422, "unprocessed", RejectedError),
    *[(500, f"GW-000{number}", OutcomeUnknownError) for number in range(1, 10)],
    (503, "GW-0001", RateLimitedError),
]

STATUSES = [
    (400, RejectedError, RejectedError),
    (401, CredentialsError, CredentialsError),
    (403, PermissionDeniedError, PermissionDeniedError),
    (404, RejectedError, RejectedError),
    (405, RejectedError, RejectedError),
    (409, OutcomeUnknownError, NotSentError),
    (422, RejectedError, RejectedError),
    (429, RateLimitedError, RateLimitedError),
    (500, OutcomeUnknownError, NotSentError),
    (502, OutcomeUnknownError, NotSentError),
    (503, RateLimitedError, RateLimitedError),
    (504, OutcomeUnknownError, NotSentError),
    (599, OutcomeUnknownError, NotSentError),
]


def places(code: str) -> list[Any]:
    """The same error in each of the places that a body may hold one (§6.2)."""
    entry = {"code": code, "message": "no", "supportId": "s-1"}
    by_id = {"code": "operationFailed", "errorId": code, "message": "no", "supportId": "s-1"}
    detailed = {
        "code": "operationFailed",
        "message": "no",
        "supportId": "s-1",
        "details": [{"errorId": code, "message": "no"}],
    }
    return [
        {"ia::result": {"ia::error": entry}},
        {"ia::result": {"ia::error": by_id}},
        {"ia::result": {"ia::error": detailed}},
        {"ia::error": {**entry, "details": {"requestId": "AB12:CD34"}}},
        {"error": entry},
    ]


def raised(status: int, body: Any, *, is_write: bool = True) -> IntacctError:
    return error_of(status, {}, json.dumps(body).encode(), is_write=is_write)


@pytest.mark.parametrize(("status", "code", "kind"), CODES)
def test_each_code_is_sorted_in_whatever_place_it_stands(
    status: int, code: str, kind: type[IntacctError]
) -> None:
    for body in places(code):
        error = raised(status, body)
        assert type(error) is kind, body
        assert code in error.codes
        assert error.support_id == "s-1"
        assert error.status == status


def test_the_table_has_no_code_that_is_not_tried_here() -> None:
    tried = {code for _, code, _ in CODES}
    elsewhere = {
        "IA.TOKEN_IS_INVALID",
        "tokenInvalid",
        "invalid_token",
        "invalid_grant",
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_request",
        "invalidRequest",
        "operationFailed",
    }
    assert set(BY_CODE) == tried | elsewhere


@pytest.mark.parametrize(("status", "write", "read"), STATUSES)
def test_each_status_is_sorted_when_the_body_says_nothing(
    status: int, write: type[IntacctError], read: type[IntacctError]
) -> None:
    html = b"<html><body>Service error</body></html>"
    assert type(error_of(status, {}, html, is_write=True)) is write
    assert type(error_of(status, {}, html, is_write=False)) is read


def test_the_status_table_maps_to_known_verdicts_only() -> None:
    assert {KINDS[verdict] for verdict in BY_STATUS.values()} <= set(KINDS.values())
    assert set(BY_STATUS) <= {status for status, _, _ in STATUSES} | {413, 415}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Another record with the value 'C-1' already exists", DuplicateDocumentError),
        ("The period is closed for this entity", PeriodClosedError),
        ("Something else is wrong", RejectedError),
    ],
)
def test_the_known_texts_decide_a_business_refusal(text: str, kind: type[IntacctError]) -> None:
    details = [{"errorId": "BL-1", "message": text}]
    body = {"ia::result": {"ia::error": {"code": "operationFailed", "details": details}}}
    assert type(raised(422, body)) is kind


def test_an_unknown_code_is_refused_with_everything_that_sage_said() -> None:
    details = [{"errorId": "ZZ-99", "message": "New", "correction": "Ask", "target": "/lines/0"}]
    error = {"code": "brandNew", "message": "No", "supportId": "s~1", "details": details}
    refused = raised(422, {"ia::result": {"ia::error": error}})
    assert type(refused) is RejectedError
    assert (refused.support_id, refused.status) == ("s~1", 422)
    first, last = refused.findings
    assert (first.code, first.text, first.correction, first.target) == (
        "ZZ-99",
        "New",
        "Ask",
        "/lines/0",
    )
    assert (last.code, last.text) == ("brandNew", "No")


@pytest.mark.parametrize("status", [500, 409])
def test_a_business_code_in_an_undecided_answer_proves_nothing(status: int) -> None:
    body = {"ia::error": {"errorId": "REST-7001", "message": "The period is closed"}}
    assert type(raised(status, body)) is OutcomeUnknownError


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {}),
        (400, {"error": "invalid_token", "error_description": "expired"}),
        (400, {"ia::error": {"message": "Invalid token"}}),
        (400, {"ia::result": {"ia::error": {"message": "The token is not valid."}}}),
        (403, {"error": {"code": "tokenInvalid", "errorId": "REST-2102"}}),
        (
            400,
            {"error": {"code": "x", "additionalInfo": {"messageId": "IA.TOKEN_IS_INVALID"}}},
        ),
    ],
)
def test_a_token_failure_is_recognised_by_status_code_or_text(status: int, body: Any) -> None:
    assert is_token_failure(status, json.dumps(body).encode())


def test_a_business_refusal_is_no_token_failure() -> None:
    body = {"ia::result": {"ia::error": {"errorId": "REST-7001", "message": "no"}}}
    assert not is_token_failure(400, json.dumps(body).encode())


def test_the_details_come_first_and_keep_target_and_correction() -> None:
    error = {
        "errorId": "REST-1064",
        "message": "bad payload",
        "details": [
            {
                "errorId": "REST-1043",
                "message": "unknown field",
                "target": "/lines/2/colour",
                "correction": "leave it out",
            },
        ],
    }
    parsed = parse_error({"ia::result": {"ia::error": error}})
    assert [finding.code for finding in parsed.findings] == ["REST-1043", "REST-1064"]
    assert parsed.findings[0].target == "/lines/2/colour"
    assert parsed.findings[0].correction == "leave it out"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 9999])
def test_a_body_that_is_no_error_is_parsed_as_none(content: bytes) -> None:
    assert parse_error(content).findings == ()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-IA-Throttle-Limit-RetryAfter": "5"}, 5.0),
        ({"X-IA-TENANT-Throttle-Limit-Retry-After": "7"}, 7.0),
        ({"X-IA-TENANT-Throttle-Limit-Retry-After": "LIMIT001-10"}, 10.0),
        ({"retry-after": "9", "X-IA-Hour-Rate-Limit-Retry-After": "60"}, 60.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, 2.0),
        ({"Retry-After": "999999999"}, 3600.0),
        ({}, 2.0),
    ],
)
def test_the_pause_is_read_from_any_header_of_that_name(
    headers: dict[str, str], seconds: float
) -> None:
    assert retry_after_seconds(headers) == seconds
    error = error_of(429, headers, b"", is_write=True)
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_seconds == seconds


def test_a_replayed_refusal_says_that_it_is_one() -> None:
    headers = {"X-IA-Idempotency-Cached-Date": "2026-11-20T10:00:00Z"}
    assert error_of(422, headers, b"{}", is_write=True).is_replay
    assert not error_of(422, {}, b"{}", is_write=True).is_replay


def all_subclasses(kind: type[httpx.TransportError]) -> set[type[httpx.TransportError]]:
    found = set(kind.__subclasses__())
    return found.union(*(all_subclasses(child) for child in found)) if found else found


NEVER_SENT = {
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
}


EVERY_FAILURE = [
    kind for kind in all_subclasses(httpx.TransportError) if kind.__module__.startswith("httpx")
]


@pytest.mark.parametrize("kind", sorted(EVERY_FAILURE, key=str))
def test_every_failure_of_the_wire_is_sorted(kind: type[httpx.TransportError]) -> None:
    failure = kind("secret text")
    write = transport_error(failure, is_write=True)
    read = transport_error(failure, is_write=False)
    assert type(write) is (NotSentError if kind in NEVER_SENT else OutcomeUnknownError)
    assert type(read) is NotSentError
    assert "secret text" not in f"{write} {read}"
