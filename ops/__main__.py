"""`python -m ops`: the operators' command line."""

from __future__ import annotations

from ops.app import app

app(prog_name="python -m ops")
