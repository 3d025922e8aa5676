# ruff: noqa: INP001  # the layer's Makefile runs it
"""Cut botocore's data to what is read at run time: every function parses it at its start.

Usage: trim_botocore.py DATA_FOLDER SERVICE...; endpoints of other services go, in all regions, and
so do examples and the documentation inside the services' models, which is four fifths of them.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any


def keep_endpoints(table: Path, services: frozenset[str]) -> None:
    """Drop the endpoints of all other services from `table`."""
    endpoints = json.loads(table.read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        known = partition["services"]
        partition["services"] = {name: known[name] for name in known if name in services}
    table.write_text(_compact(endpoints), encoding="utf-8")


def drop_documentation(model: Path) -> None:
    """Rewrite a compressed service model without its texts; no date, so that builds are equal."""
    content = _without_texts(json.loads(gzip.decompress(model.read_bytes())))
    model.write_bytes(gzip.compress(_compact(content).encode(), mtime=0))


def _without_texts(node: Any) -> Any:
    if isinstance(node, dict):
        # Emptied, not dropped: botocore insists on some. A member of a shape may have the name too.
        return {
            name: ""
            if name == "documentation" and isinstance(value, str)
            else _without_texts(value)
            for name, value in node.items()
        }
    if isinstance(node, list):
        return [_without_texts(value) for value in node]
    return node


def _compact(content: Any) -> str:
    return json.dumps(content, separators=(",", ":"))


def main(data: Path, services: frozenset[str]) -> None:
    """Trim everything under `data`."""
    keep_endpoints(data / "endpoints.json", services)
    for model in sorted(data.glob("*/*/service-2.json.gz")):
        drop_documentation(model)
    for examples in data.glob("*/*/examples-1.json"):
        examples.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), frozenset(sys.argv[2:]))
