"""The composite service: two to ten requests in order, without rollback (REST reference §10.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from local.intacct_simulator.rest import envelopes
from local.intacct_simulator.rest.envelopes import Json, Reply, RestError

LEAST, MOST = 2, 10
MEMBERS = frozenset({"method", "path", "body", "headers", "resultReference"})
REFERENCE = re.compile(r"@\{(?P<name>[^.}]+)\.(?:(?P<row>\d+)\.)?(?P<field>[^}]+)\}")

Run = Callable[[str, str, Any, Mapping[str, str]], Reply]


def run_composite(body: Any, run: Run) -> Reply:
    """Run the members until the first failure; the rest report `unprocessed`.

    Raises:
        RestError: the body is no list of two to ten requests.
    """
    if not isinstance(body, list) or not LEAST <= len(body) <= MOST:
        raise envelopes.invalid_request(f"A composite request has {LEAST} to {MOST} members")
    results: dict[str, Any] = {}
    rows: list[Json] = []
    has_failed = False
    for member in body:
        if has_failed:
            rows.append(_unprocessed())
            continue
        reply = _one(member, results, run)
        has_failed = reply.status >= 400  # noqa: PLR2004  # HTTP's own boundary
        envelope = {} if reply.body is None else reply.body
        rows.append({**envelope, "ia::status": reply.status})
        name = member.get("resultReference") if isinstance(member, Mapping) else None
        if name and not has_failed:
            results[str(name)] = envelope.get("ia::result")
    status = 207 if has_failed else 200
    return Reply(status, {"ia::result": rows, "ia::meta": {"totalCount": len(rows)}})


def _one(member: Any, results: Mapping[str, Any], run: Run) -> Reply:
    try:
        if not isinstance(member, Mapping) or member.keys() - MEMBERS:
            raise envelopes.invalid_request("A member of the composite request is malformed")
        headers = member.get("headers") or {}
        if not isinstance(headers, Mapping):
            raise envelopes.invalid_request("The headers of a member are not an object")
        path = _filled(str(member.get("path", "")), results)
        if not path.startswith(("/objects/", "/services/")):
            raise envelopes.invalid_request("The path of a member begins /objects or /services")
        body = _filled_in(member.get("body"), results)
        return run(str(member.get("method", "")), unquote(path), body, headers)
    except RestError as exc:
        return exc.reply()


def _filled_in(value: Any, results: Mapping[str, Any]) -> Any:
    """Fill every text of a body, however deep it lies."""
    if isinstance(value, str):
        return _filled(value, results)
    if isinstance(value, Mapping):
        return {name: _filled_in(one, results) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled_in(one, results) for one in value]
    return value


def _filled(text: str, results: Mapping[str, Any]) -> str:
    """Put results of earlier members in place of `@{name.field}` and `@{name.1.field}`."""

    def value(match: re.Match[str]) -> str:
        found = results.get(match["name"])
        if match["row"] is not None:
            rows, index = found if isinstance(found, list) else [found], int(match["row"]) - 1
            found = rows[index] if 0 <= index < len(rows) else None
        found = _member_of(found, match["field"])
        if found is None or isinstance(found, Mapping | list):
            raise envelopes.invalid_request(f"The reference {match[0]} has no value")
        return str(found)

    return REFERENCE.sub(value, text)


def _member_of(found: Any, path: str) -> Any:
    """Give a field of a result: rows of queries are flat, what GET answers is nested (§8.4)."""
    if isinstance(found, Mapping) and path in found:
        return found[path]
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _unprocessed() -> Json:
    made = envelopes.error(
        "unprocessed",
        "The request was not processed because an earlier one failed",
        "REST-1064",
        message_id="IA.REQUEST_UNPROCESSED",
    )
    return {
        "ia::result": {"ia::error": made},
        "ia::meta": dict(envelopes.ONE_FAILED),
        "ia::status": 422,
    }
