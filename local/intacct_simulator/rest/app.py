"""Takes one REST request apart, lets the right service answer, and keeps idempotency promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from local.intacct_simulator.company import Company
from local.intacct_simulator.rest import bulk, envelopes, services
from local.intacct_simulator.rest.bodies import read_json
from local.intacct_simulator.rest.caller import Caller, require_right
from local.intacct_simulator.rest.composite import run_composite
from local.intacct_simulator.rest.envelopes import Json, Reply, RestError
from local.intacct_simulator.rest.idempotency import IdempotencyKeys, fingerprint
from local.intacct_simulator.rest.model import list_models, model, short_model, shortened
from local.intacct_simulator.rest.oauth import Tokens
from local.intacct_simulator.rest.objects import ObjectService
from local.intacct_simulator.rest.query import QueryService
from local.intacct_simulator.rest.schema import SCHEMAS, Catalog, Target
from local.intacct_simulator.rest.units import with_named_units
from local.intacct_simulator.rest.workflows import WorkflowService

ENTITY_HEADER = "x-ia-api-param-entity"
ATOMIC_HEADER = "x-ia-api-param-transaction"
IDEMPOTENCY_HEADER = "idempotency-key"
ANY_VERSION = "/ia/api/"
ASYNC = "respond-async"
OAUTH = {"/oauth2/authorize": "GET", "/oauth2/token": "POST", "/oauth2/revoke": "POST"}
KEYED_METHODS = frozenset({"POST", "PATCH"})
OBJECT_PARTS = 3


@dataclass(frozen=True)
class RestRequest:
    """A request as the services need it: header names in lower case, path below the version."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes = b""


@dataclass(frozen=True)
class Pending:
    """A request that holds the lock of its idempotency key while it runs."""

    caller: Caller
    body: Any
    key: str = ""


class RestApi:
    """The REST API of one company."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self.tokens = Tokens(company)
        catalog = Catalog(company.books)
        self._catalog = catalog
        self._objects = ObjectService(company, catalog)
        self._query = QueryService(company, catalog)
        self._workflows = WorkflowService(company, catalog)
        self._keys = IdempotencyKeys(company.clock, company.books.store)
        self._bulk = bulk.Bulk()

    def answer(self, request: RestRequest) -> Reply:
        """Answer one request; nothing is raised."""
        started = self.begin(request)
        return started if isinstance(started, Reply) else self.finish(request, started)

    def begin(self, request: RestRequest) -> Reply | Pending:
        """Check the caller and take the idempotency lock; an early answer ends the request."""
        with self._company.lock:
            try:
                if request.path.startswith(ANY_VERSION):
                    raise envelopes.version_unknown()
                if request.path.startswith("/oauth2/"):
                    return self._oauth(request)
                caller = self.tokens.caller(
                    request.headers.get("authorization", ""),
                    request.headers.get(ENTITY_HEADER, ""),
                )
                return self._locked(request, caller, _json(request))
            except RestError as exc:
                return exc.reply()

    def _locked(self, request: RestRequest, caller: Caller, body: Any) -> Reply | Pending:
        """Take the lock of the request's key, or give the answer that is stored under it."""
        if ASYNC in request.headers.get("prefer", "").lower():
            text = f"Prefer: {ASYNC} is not imitated by this simulator"
            raise envelopes.invalid_request(text)
        key = self._key_of(request)
        if key:
            digest = fingerprint(request.method, request.path, caller.entity, body)
            stored = self._keys.begin(caller.user, key, digest)
            if stored is not None:
                return stored
        return Pending(caller, body, key)

    def finish(self, request: RestRequest, pending: Pending) -> Reply:
        """Do the work of a request that `begin` let through, and store its answer."""
        with self._company.lock:
            try:
                reply = self._route(
                    request.method,
                    request.path,
                    pending.body,
                    request.headers,
                    pending.caller,
                    request.query,
                )
            except RestError as exc:
                reply = exc.reply()
            except BaseException:
                self._keys.forget(pending.caller.user, pending.key)
                raise
            if pending.key:
                self._keys.finish(pending.caller.user, pending.key, reply)
                reply = Reply(
                    reply.status,
                    reply.body,
                    {**reply.headers, "Idempotency-Key": pending.key},
                )
            return reply

    def give_up(self, pending: Pending) -> None:
        """Release the lock of a request that will not run (a fault before the commit)."""
        self._keys.forget(pending.caller.user, pending.key)

    @staticmethod
    def _key_of(request: RestRequest) -> str:
        is_kept = request.path.startswith(("/objects/", "/workflows/"))
        if not is_kept or request.method not in KEYED_METHODS:
            return ""
        return request.headers.get(IDEMPOTENCY_HEADER, "")

    def _oauth(self, request: RestRequest) -> Reply:
        offered = OAUTH.get(request.path)
        if offered is None:
            raise envelopes.gateway_error(404, "GW-0033", "The OAuth path is unknown")
        if request.method != offered:
            raise envelopes.verb_not_offered("The method is not offered", offered)
        if offered == "GET":
            return self.tokens.authorize(request.query)
        form, authorization = _form(request), request.headers.get("authorization", "")
        if request.path == "/oauth2/token":
            return self.tokens.token(form, authorization)
        return self.tokens.revoke(form, authorization)

    def _route(  # noqa: PLR0917  # the parts of one request
        self,
        method: str,
        path: str,
        body: Any,
        headers: Mapping[str, str],
        caller: Caller,
        query: Mapping[str, str],
    ) -> Reply:
        parts = [part for part in path.split("/") if part]
        if parts[:1] == ["objects"]:
            return self._object(method, parts[1:], body, headers, caller, query=query)
        if parts[:1] == ["workflows"]:
            return self._workflow(method, parts[1:], body, headers, caller)
        return self._service(method, "/".join(parts), body, caller, query)

    def _object(
        self,
        method: str,
        parts: list[str],
        body: Any,
        headers: Mapping[str, str],
        caller: Caller,
        *,
        query: Mapping[str, str],
    ) -> Reply:
        if not 2 <= len(parts) <= OBJECT_PARTS:  # noqa: PLR2004  # app, object and maybe keys
            raise envelopes.path_unknown("The path does not exist")
        target = self._target("/".join(parts[:2]))
        keys = parts[2].split(",") if len(parts) == OBJECT_PARTS else []
        return self._objects.handle(
            method,
            target,
            keys,
            self._said(target, body),
            caller,
            is_atomic=_is_atomic(headers),
            paging=query,
        )

    def _said(self, target: Target, body: Any) -> Any:
        """Give a payload as the object service takes it: units of measure by their ids."""
        is_stock = target.name.startswith("inventory-control/")
        return with_named_units(self._company.books, body) if is_stock else body

    def _workflow(
        self,
        method: str,
        parts: list[str],
        body: Any,
        headers: Mapping[str, str],
        caller: Caller,
    ) -> Reply:
        if len(parts) != OBJECT_PARTS:
            raise envelopes.path_unknown("The path does not exist")
        if method != "POST":
            raise envelopes.verb_not_offered("A workflow takes POST only", "POST")
        target = self._target("/".join(parts[:2]))
        is_atomic = _is_atomic(headers)
        return self._workflows.run(target, parts[2], body, caller, is_atomic=is_atomic)

    def _service(
        self, method: str, path: str, body: Any, caller: Caller, query: Mapping[str, str]
    ) -> Reply:
        expected = SERVICES.get(path)
        if expected is None:
            if path.startswith(NOT_IMITATED):
                raise envelopes.path_unknown("The service is not imitated by this simulator")
            raise envelopes.path_unknown("The path does not exist")
        if method != expected:
            raise envelopes.verb_not_offered(f"The service takes {expected} only", expected)
        work: Mapping[str, Callable[[], Reply]] = {
            "services/core/query": lambda: self._queried(body, caller),
            "services/core/model": lambda: self._model(query),
            "services/core/composite": lambda: run_composite(
                body, lambda *member: self._member(caller, *member)
            ),
            "services/core/session/id": lambda: services.session_id(self._company, caller),
            "services/core/allowed-operations/list": lambda: services.allowed_operations(
                self._company, self._target(services.object_of(body)), body, caller
            ),
            bulk.CREATE: lambda: self._bulk.create(
                body, caller.user, self._company.clock.stamp(), self._bulk_work(caller)
            ),
            bulk.STATUS: lambda: self._bulk.status(query, caller.user),
            "services/company-config/dimensions/list": lambda: services.dimensions_list(
                self._company
            ),
            "services/delivery/event/count": lambda: services.event_count(self._company),
            "services/delivery/event/list": lambda: services.event_list(self._company),
            "services/delivery/event/ack": lambda: services.event_ack(self._company, body),
        }
        return work[path]()

    def _queried(self, body: Any, caller: Caller) -> Reply:
        target = self._query.object_of(body)
        require_right(self._company, caller, target.schema.table, "list", target.name)
        return self._query.run(body, entity=caller.entity)

    def _model(self, query: Mapping[str, str]) -> Reply:
        """Describe one object, or list all of them where none is named (§9.1)."""
        if not query.get("name"):
            found = list_models(query, self._catalog.custom_targets(), _services_and_workflows())
            counts = {"totalCount": len(found), "totalSuccess": len(found), "totalError": 0}
            return envelopes.success(found, counts)
        target = self._target(query["name"])
        whole = model(target, self._company.books.custom_fields(target.schema.table))
        if query.get("schema") == "false":
            return envelopes.success(shortened(whole))
        return envelopes.success(whole)

    def _bulk_work(self, caller: Caller) -> bulk.Work:
        def work(method: str, name: str, keys: Sequence[str], body: Any) -> Reply:
            target = self._target(name)
            rows = self._said(target, body)
            try:
                return self._objects.handle(method, target, keys, rows, caller, is_atomic=False)
            except RestError as exc:
                if exc.at_gateway or len(keys) != 1:
                    raise
                # One key is no batch there, and still a row of the job, unless none may be deleted.
                require_right(self._company, caller, target.schema.table, "delete", target.name)
                return exc.reply()

        return work

    def _member(
        self, caller: Caller, method: str, path: str, body: Any, headers: Mapping[str, str]
    ) -> Reply:
        """Answer a member: sign-in and entity are inherited, what its headers say is its own."""
        path, _, query = path.partition("?")
        names = {str(name).lower(): str(value) for name, value in headers.items()}
        request = RestRequest(method, path, dict(parse_qsl(query)), names)
        if names.get(ENTITY_HEADER):
            caller = self.tokens.entering(caller.user, names[ENTITY_HEADER])
        started = self._locked(request, caller, body)
        return started if isinstance(started, Reply) else self.finish(request, started)

    def _target(self, name: str) -> Target:
        target = self._catalog.find(name)
        if target is None:
            raise envelopes.path_unknown(f"The object {name} does not exist")
        return target


SERVICES = {
    "services/core/query": "POST",
    "services/core/model": "GET",
    "services/core/session/id": "GET",
    "services/core/composite": "POST",
    "services/core/allowed-operations/list": "POST",
    "services/company-config/dimensions/list": "GET",
    "services/delivery/event/count": "GET",
    "services/delivery/event/list": "GET",
    "services/delivery/event/ack": "POST",
    bulk.CREATE: "POST",
    bulk.STATUS: "GET",
}


NOT_IMITATED = (
    "services/core/async/",
    "services/core/content/",
    "services/core/export",
    "services/core/view",
    "services/company-config/document-sequence/",
    "services/reports/",
)


def _services_and_workflows() -> list[Json]:
    workflows = (
        f"workflows/{name}/{action}" for name, one in SCHEMAS.items() for action in one.actions
    )
    return [
        *(short_model(name, "service", verb) for name, verb in SERVICES.items()),
        *(short_model(name, "workflow", "POST") for name in workflows),
    ]


def _is_atomic(headers: Mapping[str, str]) -> bool:
    return headers.get(ATOMIC_HEADER, "").lower() == "true"


def _json(request: RestRequest) -> Any:
    """Read the body; GET and DELETE bodies are ignored, as clients send empty ones (§7.5)."""
    if request.method in {"GET", "DELETE"} or not request.content.strip():
        return None
    kind = request.headers.get("content-type", "application/json")
    if request.path == f"/{bulk.CREATE}" and "multipart" in kind:
        return bulk.parts_of(request.content, kind)
    if "json" not in kind or request.path == f"/{bulk.CREATE}":
        raise envelopes.gateway_error(400, "GW-0014", "The content type is not application/json")
    try:
        return read_json(request.content)
    except ValueError as exc:
        raise envelopes.invalid_request("The payload is not valid JSON") from exc


def _form(request: RestRequest) -> dict[str, str]:
    """Read a token request, as a form or as JSON; both are accepted (§3.2)."""
    if not request.content.strip():
        raise envelopes.gateway_error(400, "GW-0035", "The request has no body")
    text = request.content.decode("utf-8", errors="replace")
    if text.lstrip().startswith("{"):
        try:
            asked = read_json(request.content.strip())
            return {str(name): str(value) for name, value in asked.items()}
        except ValueError as exc:
            raise envelopes.gateway_error(400, "GW-0032", "The body is not valid") from exc
    pairs = parse_qsl(text, keep_blank_values=True)
    if not pairs:
        raise envelopes.gateway_error(400, "GW-0032", "The body is not key-value")
    if len({name for name, _ in pairs}) != len(pairs):
        raise envelopes.gateway_error(400, "GW-0038", "A field is given more than once")
    return dict(pairs)
