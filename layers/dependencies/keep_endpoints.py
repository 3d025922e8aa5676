# ruff: noqa: INP001  # the layer's Makefile runs it
"""Cut botocore's table of endpoints to the services we call: every function parses it at its start.

Usage: keep_endpoints.py ENDPOINTS_JSON SERVICE...; the file is rewritten in place, for all regions.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def keep(table: Path, services: frozenset[str]) -> None:
    """Drop the endpoints of all other services from `table`."""
    endpoints = json.loads(table.read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        known = partition["services"]
        partition["services"] = {name: known[name] for name in known if name in services}
    table.write_text(json.dumps(endpoints, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    keep(Path(sys.argv[1]), frozenset(sys.argv[2:]))
