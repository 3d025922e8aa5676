"""The scheduled functions look after every tenant, whatever happens to one of them."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from intacct.errors import CredentialsError, NotSentError
from shared.connections.errors import ConnectionStoreError
from shared.connections.keeping import Kept, active, keep_sessions, keep_tokens
from shared.connections.single_flight import Outcome
from shared.tenants.models import Tenant

ROOT = Path(__file__).parents[3]


def tenant(name: str, *entities: str, **more: Any) -> Tenant:
    used = entities or ("100",)
    mapping = {"version": "1", "accounts": {}}
    return Tenant.model_validate(
        {
            "id": name,
            "intacct": {"company_id": name.upper(), "user_id": "ws"},
            "entities": [
                {"id": e, "zone": "UTC", "base_currency": "USD"} for e in {*used, "unused"}
            ],
            "stores": [
                {"id": f"{name}-{e}", "cart": "shopify", "entity": e, "mapping": mapping}
                for e in used
            ],
            **more,
        }
    )


class Keeper:
    """Answers for each tenant as told, and remembers whom it was asked about."""

    def __init__(self, **answers: Outcome | Exception) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str]] = []

    def __call__(self, asked: Tenant, entity: str) -> Outcome:
        self.asked.append((asked.id, entity))
        answer = self.answers.get(asked.id, Outcome.FRESH)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def token(self, asked: Tenant, is_reading: bool) -> Outcome:  # noqa: FBT001  # called by place
        return self(asked, "reading" if is_reading else "")


def test_one_tenants_failure_stops_nobody_else() -> None:
    keeper = Keeper(
        a=CredentialsError("no"), b=NotSentError("down"), c=KeyError("bug"), d=Outcome.RENEWED
    )
    results = [kept for name in "abcde" for kept in keep_tokens(tenant(name), keeper.token)]
    assert [result.as_json() for result in results] == [
        {"tenant": "a", "outcome": "refused", "error": "CredentialsError"},
        {"tenant": "b", "outcome": "failed", "error": "NotSentError"},
        {"tenant": "c", "outcome": "failed", "error": "KeyError"},
        {"tenant": "d", "outcome": "renewed"},
        {"tenant": "e", "outcome": "fresh"},
    ]


def test_a_paused_tenant_is_left_alone() -> None:
    assert list(active([tenant("a", is_paused=True), tenant("b")])) == [tenant("b")]


def test_sessions_are_kept_for_every_entity_that_has_a_store() -> None:
    keeper = Keeper()
    keep_sessions(tenant("a", "200", "100"), keeper)
    assert keeper.asked == [("a", "100"), ("a", "200")]


def test_refused_credentials_are_not_tried_at_the_tenants_other_entities() -> None:
    keeper = Keeper(a=CredentialsError("no"))
    results = keep_sessions(tenant("a", "100", "200"), keeper)
    assert keeper.asked == [("a", "100")]
    assert [result.outcome for result in results] == ["refused"]


def test_a_user_that_only_reads_has_a_token_of_its_own() -> None:
    intacct = {"company_id": "A", "user_id": "ws", "reading_user_id": "reader"}
    keeper = Keeper()
    results = keep_tokens(tenant("a", intacct=intacct), keeper.token)
    assert [result.name for result in results] == ["REST token", "REST token of the reading user"]
    assert keeper.asked == [("a", ""), ("a", "reading")]


class Context:
    """What the Logger reads of a Lambda context."""

    function_name = "keeper"
    memory_limit_in_mb = 128
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:keeper"
    aws_request_id = "request-1"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 60_000


def handler_of(function: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", function)
    path = ROOT / "functions" / function / "app.py"
    spec = importlib.util.spec_from_file_location(f"{function}_app", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Directory:
    """Three tenants."""

    def all(self) -> list[Tenant]:
        return [tenant("acme"), tenant("broken"), tenant("other")]

    def tenant(self, name: str) -> Tenant:
        return tenant(name)


class Connections:
    """Tokens and sessions of a tenant, one of which is broken."""

    def __init__(self, of: Tenant) -> None:
        self.of = of

    @classmethod
    def of_tenant(cls, of: Tenant, **which: bool) -> Connections:
        assert not which.get("is_reading")
        return cls(of)

    def keep_fresh(self, *entity: str, ahead: Any) -> Outcome:
        del entity, ahead
        if self.of.id == "broken":
            message = "refused"
            raise CredentialsError(message)
        return Outcome.RENEWED


class Notes:
    """What was noted of each tenant."""

    def __init__(self, *, fails: bool = False) -> None:
        self.noted: list[str] = []
        self.fails = fails

    def note(self, of: Tenant, kept: list[Kept]) -> bool:
        if self.fails:
            message = "the table is away"
            raise ConnectionStoreError(message)
        self.noted.append(of.id)
        return any(result.outcome == "refused" for result in kept)


@pytest.mark.parametrize(
    ("function", "name", "metric"),
    [("token_refresh", "tokens", "Token"), ("session_manager", "sessions", "Session")],
)
def test_a_scheduled_run_reports_every_tenant_and_counts_what_happened(
    function: str,
    name: str,
    metric: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = handler_of(function, monkeypatch)
    monkeypatch.setattr(app, "tenants", Directory)
    monkeypatch.setattr(app, name, Connections.of_tenant)
    notes = Notes()
    monkeypatch.setattr(app, "standing", lambda: notes)
    event = json.loads((ROOT / "events" / f"{function}.schedule.json").read_text())

    answer = app.handler(event, Context())

    outcomes = {row["tenant"]: row["outcome"] for row in answer[name]}
    assert outcomes == {"acme": "renewed", "broken": "refused", "other": "renewed"}
    emitted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert emitted[-1][f"{metric}Renewed"] == [1.0, 1.0]
    assert emitted[-1][f"{metric}Refused"] == [1.0]
    assert notes.noted == ["acme", "broken", "other"]
    if function == "token_refresh":
        assert sorted(emitted[-1]["ConnectionRefused"]) == [0.0, 0.0, 1.0]


def test_a_run_goes_on_when_a_refusal_cannot_be_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    for function, name in (("token_refresh", "tokens"), ("session_manager", "sessions")):
        app = handler_of(function, monkeypatch)
        monkeypatch.setattr(app, "tenants", Directory)
        monkeypatch.setattr(app, name, Connections.of_tenant)
        monkeypatch.setattr(app, "standing", lambda: Notes(fails=True))
        assert len(app.handler({}, Context())[name]) == 3


@pytest.mark.parametrize(
    ("function", "name"), [("token_refresh", "tokens"), ("session_manager", "sessions")]
)
def test_a_run_by_hand_looks_after_one_tenant(
    function: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = handler_of(function, monkeypatch)
    monkeypatch.setattr(app, "tenants", Directory)
    monkeypatch.setattr(app, name, Connections.of_tenant)
    notes = Notes()
    monkeypatch.setattr(app, "standing", lambda: notes)
    event = json.loads((ROOT / "events" / f"{function}.one_tenant.json").read_text())
    assert [row["tenant"] for row in app.handler(event, Context())[name]] == ["acme"]


def test_books_and_tokens_are_ready_without_loading_lxml() -> None:
    code = "import shared.bootstrap.books, sys; sys.exit('lxml' in sys.modules)"
    done = subprocess.run(  # noqa: S603  # our own interpreter, a constant program
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'layers' / 'clients'}"},
        check=False,
    )
    assert done.returncode == 0
