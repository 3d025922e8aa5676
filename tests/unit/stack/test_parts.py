"""The embedded AWS and the simulator: ready only when they are, and ours."""

from __future__ import annotations

import http.server
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from local.stack import environment, ministack, ports, processes
from local.stack.errors import StackError
from local.stack.ministack import MiniStack
from local.stack.paths import StackPaths, Tools
from local.stack.simulator import Simulator, SimulatorAccess
from tests.unit.stack.conftest import program


@contextmanager
def _somebody_else(port: int) -> Iterator[None]:
    class Health(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"edition": "light"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            del arguments

    server = http.server.HTTPServer((ports.LOOPBACK, port), Health)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_free_port_is_free_and_a_taken_one_is_not() -> None:
    port = ports.free_port()
    assert ports.is_free(port)

    with _somebody_else(port):
        assert not ports.is_free(port)


def test_the_embedded_aws_is_ready_when_it_answers(paths: StackPaths, tools: Tools) -> None:
    aws = MiniStack(paths, tools, port=ports.free_port(), keep=False)
    process = aws.start()
    try:
        aws.wait()

        assert process.runs()
        assert ministack.edition(aws.url)
    finally:
        processes.stop(process)
    assert ministack.edition(aws.url) is None


def test_a_taken_port_is_told_before_anything_starts(paths: StackPaths, tools: Tools) -> None:
    port = ports.free_port()

    with _somebody_else(port), pytest.raises(StackError, match=f"port {port} .* is taken"):
        MiniStack(paths, tools, port=port, keep=True).start()


def test_an_answer_of_another_process_is_not_taken_for_ours(
    paths: StackPaths, tools: Tools
) -> None:
    program(paths.home / "ministack.py", "import time; time.sleep(300)")
    aws = MiniStack(paths, tools, port=ports.free_port(), keep=False)
    process = aws.start()
    try:
        with _somebody_else(aws.port), pytest.raises(StackError, match="another process answers"):
            aws.wait()
    finally:
        processes.stop(process)


def test_an_embedded_aws_that_dies_shows_its_last_words(paths: StackPaths, tools: Tools) -> None:
    program(paths.home / "ministack.py", "raise SystemExit('no memory left')")
    aws = MiniStack(paths, tools, port=ports.free_port(), keep=False)
    aws.start()

    with pytest.raises(StackError, match="ended at once:\nno memory left"):
        aws.wait()


def test_the_version_of_functions_is_that_of_the_embedded_aws(tools: Tools) -> None:
    assert ministack.python_version(tools) in {"3.11", "3.12", "3.13"}


def test_a_missing_tool_is_named_with_its_cure(tools: Tools) -> None:
    (tools.root / ".local" / "sam" / "bin" / "sam").unlink()

    with pytest.raises(StackError, match=r"\.local/sam/bin/sam is missing: run `make setup`"):
        _ = tools.sam


def test_the_simulator_is_ready_when_it_says_where_it_listens(
    paths: StackPaths, tools: Tools
) -> None:
    simulator = Simulator(paths, tools, port=0, keep=False)
    process = simulator.start()
    try:
        access = simulator.wait()
    finally:
        processes.stop(process)

    assert access.admin_url == "http://127.0.0.1:54321"
    assert access.secret()["sender_password"] == "hush"
    assert "hush" not in repr(access)


def test_a_simulator_that_says_something_else_is_not_believed(
    paths: StackPaths, tools: Tools
) -> None:
    program(tools.root / "local" / "intacct_simulator" / "__main__.py", "print('{\"pid\": 1}')")
    simulator = Simulator(paths, tools, port=0, keep=False)
    process = simulator.start()

    with pytest.raises(StackError, match="not what it should be: rest_base_url, xml_url") as caught:
        simulator.wait()
    processes.stop(process)

    assert "hush" not in str(caught.value)


def test_a_simulator_that_dies_shows_its_last_words(paths: StackPaths, tools: Tools) -> None:
    main = tools.root / "local" / "intacct_simulator" / "__main__.py"
    program(main, "raise SystemExit('the books do not balance')")
    simulator = Simulator(paths, tools, port=0, keep=False)
    simulator.start()

    with pytest.raises(StackError, match="ended at once:\nthe books do not balance"):
        simulator.wait()


def test_the_secret_of_a_tenant_has_the_members_that_functions_read() -> None:
    members = set(SimulatorAccess.model_fields)

    assert {"client_id", "client_secret", "username", "sender_id", "sender_password"} < members


def test_our_processes_know_nothing_of_the_developers_cloud(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "PYTHONPATH"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setenv("PIP_INDEX_URL", "a mirror")

    bare = environment.bare()
    to_aws = environment.for_aws("http://127.0.0.1:1")
    to_build = environment.for_building()

    assert "mine" not in {*bare.values(), *to_aws.values(), *to_build.values()}
    assert to_aws["AWS_CONFIG_FILE"] == to_aws["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert to_build["PIP_INDEX_URL"] == "a mirror"
    assert "PIP_INDEX_URL" not in to_aws
