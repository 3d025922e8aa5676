"""The envelopes of answers and the three places of errors (REST reference §6)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.intacct_simulator.books.errors import BusinessError, Kind

Json = dict[str, Any]

STATUS_OF_KIND = {
    Kind.RULE: 422,
    Kind.INVALID: 400,
    Kind.UNKNOWN: 404,
    Kind.DUPLICATE: 409,
    Kind.FORBIDDEN: 403,
}
ONE_FAILED: Json = {"totalCount": 1, "totalSuccess": 0, "totalError": 1}


@dataclass(frozen=True)
class Reply:
    """An answer before it is written: status, JSON body (None for 204), headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class RestError(Exception):
    """A request fails; `error` is the content of `ia::error`."""

    def __init__(
        self,
        status: int,
        error: Json,
        *,
        at_gateway: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(str(error.get("message", "")))
        self.status = status
        self.error = error
        self.at_gateway = at_gateway
        self.headers = headers or {}

    def reply(self) -> Reply:
        """Write the envelope: in `ia::result`, or at the top for the gateway's own errors."""
        if self.at_gateway:
            body: Json = {"ia::error": self.error, "ia::meta": dict(ONE_FAILED)}
            return Reply(self.status, body, self.headers)
        body = {"ia::result": {"ia::error": self.error}, "ia::meta": dict(ONE_FAILED)}
        return Reply(self.status, body, self.headers)


def support_id() -> str:
    """Make a support id in the URL-encoded form that Sage shows."""
    return f"{secrets.token_urlsafe(4)}%7E{secrets.token_urlsafe(18)}"


def detail(
    error_id: str,
    code: str,
    message: str,
    *,
    message_id: str = "",
    target: str = "",
    correction: str = "",
    placeholders: Mapping[str, str] | None = None,
) -> Json:
    """Make one entry of `details`."""
    entry: Json = {"errorId": error_id, "code": code, "message": message}
    if target:
        entry["target"] = target
    if correction:
        entry["correction"] = correction
    entry["additionalInfo"] = {
        "messageId": message_id or "IA.ERROR",
        "placeholders": dict(placeholders or {}),
        "propertySet": {},
    }
    return entry


def error(
    code: str,
    message: str,
    error_id: str,
    *,
    message_id: str,
    details: Sequence[Json] = (),
    placeholders: Mapping[str, str] | None = None,
) -> Json:
    """Make the content of `ia::error`."""
    support = support_id()
    made: Json = {
        "code": code,
        "message": f"{message} [Support ID: {support}]",
        "errorId": error_id,
        "additionalInfo": {
            "messageId": message_id,
            "placeholders": dict(placeholders or {}),
            "propertySet": {},
        },
        "supportId": support,
    }
    if details:
        made["details"] = list(details)
    return made


def refused(exc: BusinessError, operation: str, resource: str, pointer: str = "") -> RestError:
    """Say a refusal of the books as REST-7001 with details."""
    details = []
    if exc.error_id == "GL-1009":
        text = "Could not create Journal Entry record."
        details.append(
            detail("GL-0951", "unableToCreateRecordError", text, message_id="IA.COULD_NOT_CREATE")
        )
    details.append(
        detail(
            exc.error_id,
            exc.code,
            exc.text,
            message_id=exc.message_id,
            target=pointer,
            correction=exc.correction,
        )
    )
    code = {Kind.UNKNOWN: "notFound", Kind.FORBIDDEN: "unauthorizedUser"}.get(
        exc.kind, "operationFailed"
    )
    return RestError(
        STATUS_OF_KIND[exc.kind],
        error(
            code,
            f"{operation} request on {resource} object was unsuccessful",
            "REST-7001",
            message_id="IA.REQUEST_ON_OBJECT_FAILED",
            details=details,
            placeholders={"OPERATION": operation, "RESOURCE_NAME": resource},
        ),
    )


def invalid_request(message: str, *, details: Sequence[Json] = (), status: int = 400) -> RestError:
    """Say that a request cannot be understood (REST-1028)."""
    return RestError(
        status,
        error(
            "invalidRequest",
            message,
            "REST-1028",
            message_id="IA.INVALID_REQUEST",
            details=details,
        ),
    )


def invalid_payload(details: Sequence[Json]) -> RestError:
    """Say that fields of a payload are unknown, read-only, missing or of the wrong form."""
    return RestError(
        400,
        error(
            "invalidRequest",
            "Payload contains errors",
            "REST-1064",
            message_id="IA.PAYLOAD_CONTAINS_ERRORS",
            details=details,
        ),
    )


def gateway_error(status: int, code: str, message: str) -> RestError:
    """Say an error of the gateway: its details are an object with a request id (§6.2)."""
    request_id = f"{secrets.token_hex(2)}:{secrets.token_hex(2)}".upper()
    made = {
        "code": code,
        "message": message,
        "supportId": support_id(),
        "details": {"requestId": request_id},
    }
    return RestError(status, made, at_gateway=True)


def path_unknown(message: str) -> RestError:
    """Say that a path or object does not exist: a routing error, at the top."""
    made = error("notFound", message, "REST-1028", message_id="IA.INVALID_REQUEST")
    return RestError(404, made, at_gateway=True)


def verb_not_offered(message: str, *offered: str) -> RestError:
    """Say that a path exists and does not take a verb, and which it takes."""
    made = error("invalidRequest", message, "REST-1028", message_id="IA.INVALID_REQUEST")
    return RestError(405, made, at_gateway=True, headers={"Allow": ", ".join(offered)})


def version_unknown() -> RestError:
    """Say that a path names a version of the API that there is none of."""
    message = "Version is not supported."
    made = error("invalidRequest", message, "REST-1028", message_id="IA.INVALID_REQUEST")
    return RestError(400, made, at_gateway=True)


def no_such_key(name: str, key: str) -> RestError:
    """Say that an object has no record with a key."""
    return RestError(
        404,
        error(
            "notFound",
            f"There is no {name} with key {key}",
            "REST-1028",
            message_id="IA.KEY_NOT_FOUND",
            placeholders={"KEY": key, "RESOURCE_NAME": name},
        ),
    )


def success(result: Any, meta: Json | None = None, *, status: int = 200) -> Reply:
    """Write a success of one record."""
    counts = {"totalCount": 1, "totalSuccess": 1, "totalError": 0}
    return Reply(status, {"ia::result": result, "ia::meta": meta or counts})


def page_meta(total: int, start: int, size: int) -> Json:
    """Write the paging of a list or query: `next` and `previous` are record numbers or null."""
    return {
        "totalCount": total,
        "start": start,
        "pageSize": size,
        "next": start + size if start + size <= total else None,
        "previous": max(1, start - size) if start > 1 else None,
    }
