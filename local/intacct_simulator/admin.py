"""The admin API under `/_sim`: what the books hold, what came in, and knobs for tests.

It has no sign-in and belongs on loopback only.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from local.intacct_simulator.books.errors import BusinessError
from local.intacct_simulator.company import Company
from local.intacct_simulator.hand_edits import edit
from local.intacct_simulator.reports import documents, periods, stock, trial_balance
from local.intacct_simulator.seed.fill import fill
from local.intacct_simulator.wire import json_answer

Expire = Callable[[], dict[str, int]]
Handler = Callable[[Request], Awaitable[Response]]
PAGE = Path(__file__).with_name("page.html")


class AdminError(Exception):
    """A knob was turned with values that make no sense."""


class Admin:
    """The handlers of the admin API."""

    def __init__(self, company: Company, expire: Expire) -> None:
        self._company = company
        self._expire = expire

    def routes(self) -> list[Route]:
        """Give the routes below `/_sim`."""
        table: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", "/health", self._health),
            ("GET", "/trial-balance", self._trial_balance),
            ("GET", "/documents", self._documents),
            ("GET", "/stock", lambda _query, _body: {"stock": stock(self._company.books)}),
            ("GET", "/log", self._log),
            ("DELETE", "/log", self._clear_log),
            ("GET", "/faults", self._faults),
            ("POST", "/faults", self._add_fault),
            ("DELETE", "/faults", self._clear_faults),
            ("GET", "/clock", self._clock),
            ("POST", "/clock", self._set_clock),
            ("POST", "/expire", lambda _query, _body: self._expire()),
            ("GET", "/periods", lambda _query, _body: periods(self._company.books)),
            ("POST", "/periods", self._set_period),
            ("GET", "/switches", lambda _query, _body: vars(self._company.switches)),
            ("POST", "/switches", self._set_switches),
            ("POST", "/seed", self._seed),
            ("POST", "/edit", self._edit),
            ("POST", "/users", self._add_user),
            ("GET", "/triggers", self._triggers),
            ("POST", "/triggers", self._add_trigger),
            ("DELETE", "/triggers", self._clear_triggers),
        ]
        return [Route(path, self._endpoint(work), methods=[method]) for method, path, work in table]

    def _endpoint(self, work: Callable[[Mapping[str, str], Any], Any]) -> Handler:
        async def endpoint(request: Request) -> Response:
            content = await request.body()
            try:
                body = json.loads(content) if content.strip() else {}
                with self._company.lock:
                    answer = json_answer(200, work(request.query_params, body))
            except (AdminError, BusinessError, ValueError, TypeError, KeyError) as exc:
                answer = json_answer(400, {"error": str(exc)})
            return Response(answer.content, answer.status, dict(answer.headers))

        return endpoint

    def _health(self, _query: Mapping[str, str], _body: Any) -> Any:
        return {"status": "ok", "company_id": self._company.credentials.company_id}

    def _trial_balance(self, query: Mapping[str, str], _body: Any) -> Any:
        return trial_balance(
            self._company.books, entity=query.get("entity", ""), as_of=_day(query.get("as_of"))
        )

    def _documents(self, query: Mapping[str, str], _body: Any) -> Any:
        found = documents(self._company.books, with_drafts=query.get("drafts") == "true")
        reference = query.get("reference")
        if reference is not None:
            found = [row for row in found if row["reference"] == reference]
        return {"documents": found}

    def _log(self, _query: Mapping[str, str], _body: Any) -> Any:
        return self._company.log.as_json()

    def _clear_log(self, _query: Mapping[str, str], _body: Any) -> Any:
        self._company.log.clear()
        return {"requests": []}

    def _faults(self, _query: Mapping[str, str], _body: Any) -> Any:
        return {"seed": self._company.faults.seed, "rules": self._rules()}

    def _add_fault(self, _query: Mapping[str, str], body: Any) -> Any:
        if "seed" in body:
            self._company.faults.reseed(int(body.pop("seed")))
        if body:
            self._company.faults.add(**body)
        return self._faults({}, {})

    def _clear_faults(self, query: Mapping[str, str], _body: Any) -> Any:
        self._company.faults.clear(int(query["id"]) if "id" in query else None)
        return self._faults({}, {})

    def _rules(self) -> list[dict[str, Any]]:
        return [rule.as_json() for rule in self._company.faults.rules]

    def _clock(self, _query: Mapping[str, str], _body: Any) -> Any:
        clock = self._company.clock
        return {"now": clock.now().isoformat(), "is_frozen": clock.is_frozen}

    def _set_clock(self, _query: Mapping[str, str], body: Any) -> Any:
        known = {"set", "freeze", "advance_seconds", "run"}
        if not isinstance(body, dict) or not body or body.keys() - known:
            message = f"give one of {', '.join(sorted(known))}"
            raise AdminError(message)
        clock = self._company.clock
        if body.get("run"):
            clock.run()
        if "set" in body:
            instant = datetime.fromisoformat(str(body["set"]))
            instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
            clock.set(instant, freeze=bool(body.get("freeze")))
        elif body.get("freeze"):
            clock.set(clock.now(), freeze=True)
        if "advance_seconds" in body:
            clock.advance(float(body["advance_seconds"]))
        return self._clock({}, {})

    def _set_period(self, _query: Mapping[str, str], body: Any) -> Any:
        books = self._company.books
        entities = (
            [body["entity"]] if body.get("entity") else [one["id"] for one in books.entities.all()]
        )
        for entity in entities:
            if not self._company.has_entity(entity):
                message = f"there is no entity {entity}"
                raise AdminError(message)
            if body.get("close_through"):
                books.periods.close(entity, date.fromisoformat(body["close_through"]))
            else:
                books.periods.reopen(entity, _day(body.get("open_after")))
        return periods(books)

    def _set_switches(self, _query: Mapping[str, str], body: Any) -> Any:
        switches = self._company.switches
        for name, value in body.items():
            if not hasattr(switches, name) or type(getattr(switches, name)) is not type(value):
                message = f"there is no switch {name} of that kind"
                raise AdminError(message)
            setattr(switches, name, value)
        self._company.sessions.seconds = switches.session_seconds
        return vars(switches)

    def _seed(self, _query: Mapping[str, str], body: Any) -> Any:
        return {"added": fill(self._company.books, body)}

    def _edit(self, _query: Mapping[str, str], body: Any) -> Any:
        company = self._company
        return edit(company.books, company.clock, body["object"], int(body["key"]), body["fields"])

    def _triggers(self, _query: Mapping[str, str], _body: Any) -> Any:
        events = self._company.events
        return {
            "triggers": [vars(one) for one in events.triggers],
            "waiting": events.count(),
            "deliveries": [one.as_json() for one in events.deliveries],
        }

    def _add_trigger(self, _query: Mapping[str, str], body: Any) -> Any:
        self._company.events.add(**body)
        return self._triggers({}, {})

    def _clear_triggers(self, _query: Mapping[str, str], _body: Any) -> Any:
        self._company.events.clear()
        return self._triggers({}, {})

    def _add_user(self, _query: Mapping[str, str], body: Any) -> Any:
        made = self._company.add_user(
            body["id"],
            body["password"],
            permissions=body.get("permissions"),
            entities=body.get("entities"),
        )
        return {"id": made["id"]}


def admin_app(company: Company, expire: Expire) -> Starlette:
    """Make the application that serves `/_sim`."""
    routes: list[Any] = [Route("/", _page, methods=["GET"]), *Admin(company, expire).routes()]
    return Starlette(routes=[Mount("/_sim", routes=routes)])


async def _page(_request: Request) -> HTMLResponse:
    return HTMLResponse(PAGE.read_text(encoding="utf-8"))


def _day(text: str | None) -> date | None:
    return None if not text else date.fromisoformat(text)
