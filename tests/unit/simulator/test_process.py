"""The simulator as a process: the ready line, both protocols, state on disk, a prompt end."""

from __future__ import annotations

import json
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).parents[3]
KEYS = {
    "rest_base_url",
    "xml_url",
    "oauth_url",
    "client_id",
    "client_secret",
    "username",
    "sender_id",
    "sender_password",
    "company_id",
    "user_id",
    "user_password",
    "entities",
    "pid",
}


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command = [sys.executable, "-m", "local.intacct_simulator", "--port", "0", *arguments]
    with subprocess.Popen(  # noqa: S603  # our own module under our own interpreter
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own module under our own interpreter
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def signed_in(known: dict[str, Any]) -> httpx.Client:
    form = {
        "grant_type": "client_credentials",
        "client_id": known["client_id"],
        "client_secret": known["client_secret"],
        "username": known["username"],
    }
    token = httpx.post(known["oauth_url"], data=form).json()["access_token"]
    return httpx.Client(
        base_url=known["rest_base_url"], headers={"Authorization": f"Bearer {token}"}
    )


def stop(process: subprocess.Popen[str]) -> float:
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=10)
    return time.monotonic() - started


def test_the_ready_line_is_all_that_a_client_needs(tmp_path: Path) -> None:
    state = tmp_path / "books.sqlite"
    path = "/objects/accounts-receivable/customer"
    with running("--state", str(state)) as (process, known):
        assert known.keys() == KEYS
        assert known["pid"] == process.pid
        assert known["entities"] == ["100", "200"]
        with signed_in(known) as client:
            made = client.post(path, json={"id": "C-1", "name": "Ada", "creditLimit": "1.50"})
            assert made.status_code == 201
            assert stop(process) < 1.5
            assert process.returncode == 0

    other = ("--company-id", "another-imp", "--user-id", "someone")
    with running("--state", str(state), *other) as (process, known):
        assert known["username"] == "someone@another-imp"
        with signed_in(known) as client:
            kept = client.get(f"{path}/1").json()["ia::result"]
            again = client.post(path, json={"id": "C-2", "name": "Eve"}).json()["ia::result"]
        stop(process)

    assert (kept["name"], kept["creditLimit"]) == ("Ada", 1.5)
    assert again["key"] == "2"


def test_an_idempotency_key_outlives_a_restart_with_its_answer(tmp_path: Path) -> None:
    state = ("--state", str(tmp_path / "books.sqlite"))
    path = "/objects/accounts-receivable/customer"
    ada, eve = {"id": "C-1", "name": "Ada", "creditLimit": "1.50"}, {"id": "C-2", "name": "Eve"}
    answers = []
    for _ in range(2):
        with running(*state) as (process, known), signed_in(known) as client:
            client.headers["Idempotency-Key"] = "k-1"
            answers.append(client.post(path, json=ada))
            answers.append(client.post(path, json=eve))
            stop(process)

    assert [answer.status_code for answer in answers] == [201, 409, 201, 409]
    assert answers[2].json() == answers[0].json()
    assert "x-ia-idempotency-cached-date" in answers[2].headers


@pytest.mark.parametrize("mishap", ["drop-after", "truncated"])
def test_a_cut_connection_is_a_protocol_error_to_the_client(mishap: str) -> None:
    with running() as (_, known):
        root = known["rest_base_url"].removesuffix("/ia/api/v1")
        with signed_in(known) as client:
            rule = {"mishap": mishap, "path": "customer"}
            httpx.post(f"{root}/_sim/faults", json=rule).raise_for_status()
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                client.post("/objects/accounts-receivable/customer", json={"id": "C", "name": "C"})
            httpx.delete(f"{root}/_sim/faults").raise_for_status()
            rows = client.get("/objects/accounts-receivable/customer").json()["ia::result"]

    assert [row["id"] for row in rows] == ["C"]


def test_a_state_file_that_is_none_is_said_in_one_line(tmp_path: Path) -> None:
    wrong = tmp_path / "books.sqlite"
    wrong.write_text("this is no database, but it is long enough to be taken for one " * 20)

    done = run("-m", "local.intacct_simulator", "--state", str(wrong))

    assert done.returncode == 1
    assert done.stderr == f"{wrong} is not a state file\n"


def test_a_port_in_use_is_said_in_one_line() -> None:
    with running() as (_, known):
        port = known["rest_base_url"].split(":")[2].split("/")[0]
        done = run("-m", "local.intacct_simulator", "--port", port)

    assert done.returncode == 1
    assert done.stderr.startswith(f"cannot listen on 127.0.0.1:{port}")


def test_the_simulator_imports_nothing_else_of_this_repository() -> None:
    code = (
        "import sys, local.intacct_simulator.server;"
        "print([n for n in sys.modules if n.split('.')[0] in "
        "{'shared', 'intacct', 'commerce', 'carts', 'functions', 'boto3'}])"
    )

    done = run("-c", code)

    assert done.stdout.strip() == "[]", done.stderr


def session_request(ready: dict[str, Any]) -> str:
    credentials = (
        f"<senderid>{ready['sender_id']}</senderid><password>{ready['sender_password']}</password>"
    )
    login = (
        f"<userid>{ready['user_id']}</userid><companyid>{ready['company_id']}</companyid>"
        f"<password>{ready['user_password']}</password>"
    )
    return (
        f"<request><control>{credentials}<controlid>c</controlid><dtdversion>3.0</dtdversion>"
        f"</control><operation><authentication><login>{login}</login></authentication><content>"
        '<function controlid="f"><getAPISession/></function></content></operation></request>'
    )


def test_a_client_that_insists_on_tls_is_served_and_told_where_it_is(tmp_path: Path) -> None:
    with running("--tls", str(tmp_path)) as (process, ready):
        trusted = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        answer = httpx.post(ready["xml_url"], content=session_request(ready), verify=trusted)
        stop(process)

    assert ready["xml_url"].startswith("https://127.0.0.1:")
    assert f"<endpoint>{ready['xml_url']}</endpoint>" in answer.text


def test_the_endpoint_of_a_session_keeps_the_scheme_that_a_tls_proxy_tells() -> None:
    headers = {"X-Forwarded-Proto": "https", "Host": "api.intacct.com"}
    with running() as (process, ready):
        answer = httpx.post(ready["xml_url"], content=session_request(ready), headers=headers)
        stop(process)

    assert "<endpoint>https://api.intacct.com/ia/xml/xmlgw.phtml</endpoint>" in answer.text
