"""A repository in miniature: the tools of the local stack as small programs that we control."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local.stack.paths import StackPaths, Tools

MINISTACK = """
import http.server, json, os

class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"edition": os.environ["MINISTACK_EDITION"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass

address = (os.environ["BIND_HOST"], int(os.environ["GATEWAY_PORT"]))
http.server.HTTPServer(address, Health).serve_forever()
"""
SIMULATOR = """
import json, os, time

port = 54321
base = f"http://127.0.0.1:{port}"
print(json.dumps({
    "rest_base_url": base + "/ia/api/v1", "oauth_url": base + "/ia/api/v1/oauth2/token",
    "xml_url": base + "/ia/xml/xmlgw.phtml", "client_id": "id", "client_secret": "hush",
    "username": "u@c", "sender_id": "s", "sender_password": "hush", "company_id": "c",
    "user_id": "u", "user_password": "hush", "entities": ["100"], "pid": os.getpid(),
}), flush=True)
time.sleep(300)
"""


def program(path: Path, text: str) -> Path:
    """An executable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    for environment in (tmp_path / ".venv", tmp_path / ".local" / "ministack"):
        program(environment / "bin" / "python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    program(tmp_path / ".local" / "sam" / "bin" / "sam", '#!/bin/sh\necho "$@"\n')
    simulator = tmp_path / "local" / "intacct_simulator"
    program(simulator / "__init__.py", "")
    program(simulator / "__main__.py", SIMULATOR)
    program(tmp_path / "layers" / "bytecode.mk", "LAYER_PYTHON ?= 3.13\n")
    return Tools(tmp_path)


@pytest.fixture
def paths(tmp_path: Path) -> StackPaths:
    found = StackPaths("trial", tmp_path)
    found.make()
    # `python -m ministack` finds the package in its working directory, the stack's own folder.
    program(found.home / "ministack.py", MINISTACK)
    return found
