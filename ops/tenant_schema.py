"""The JSON schema of a tenant's document, as `docs/tenant.schema.json` publishes it for editors."""

from __future__ import annotations

import json
from typing import Any

from shared.tenants.models import Tenant

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WRITTEN = ["string", "number", "boolean"]
"""What a file may hold for a text: every scalar is read as it was written."""


def published() -> str:
    """The schema as text, always the same for the same models."""
    schema = _relaxed(Tenant.model_json_schema())
    document = {"$schema": _DIALECT, **schema, "title": "A tenant of Cartledger"}
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _relaxed(node: Any) -> Any:
    """Texts may be written without quotes; numbers may stand in quotes."""
    if isinstance(node, list):
        return [_relaxed(member) for member in node]
    if not isinstance(node, dict):
        return node
    found = {name: _relaxed(member) for name, member in node.items()}
    if "enum" in found or "const" in found:
        return found
    if found.get("type") == "string":
        return {**found, "type": _WRITTEN}
    return found
