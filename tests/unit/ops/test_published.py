"""What is published about a tenant's document is what the models say."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops.tenant_schema import published
from shared.ownership.table import FIELDS, Kind, Ownership
from shared.policy.switches import PostingPolicy

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "policies.md").read_text()
RENEW = "run: python -m ops tenant schema > docs/tenant.schema.json"


def rows(first: str) -> list[str]:
    """The cells of the row of a table that begins with that name."""
    found = re.search(rf"^\| `{first}` \|(.+)\|$", PAGE, re.MULTILINE)
    assert found, f"docs/policies.md has no row for {first}"
    return [cell.strip() for cell in found[1].split("|")]


def test_the_published_schema_is_that_of_the_models() -> None:
    assert (DOCS / "tenant.schema.json").read_text() == published(), RENEW


def test_the_schema_takes_what_a_file_may_hold() -> None:
    schema = json.loads(published())

    account = schema["$defs"]["Mapping"]["properties"]["accounts"]["additionalProperties"]
    assert account["type"] == ["string", "number", "boolean"]
    assert schema["$defs"]["PostingMode"]["type"] == "string"
    assert "stores" in schema["properties"]


@pytest.mark.parametrize("switch", fields(PostingPolicy), ids=lambda switch: switch.name)
def test_every_switch_is_documented_with_its_default_and_its_other_settings(switch: Any) -> None:
    default, others, says = rows(switch.name)

    if isinstance(switch.default, Enum):
        assert default == f"`{switch.default.value}`"
        settings = {member.value for member in type(switch.default)} - {switch.default.value}
        assert set(re.findall(r"`(\w+)`", others)) == settings
    assert says


@pytest.mark.parametrize("kind", list(Kind))
def test_the_default_of_every_kind_of_ownership_is_documented(kind: Kind) -> None:
    rule = Ownership().rule(kind)

    master, in_sage, in_carts, exceptions = rows(kind.value)

    assert master == rule.master.value
    assert in_sage == ", ".join(rule.in_sage)
    assert in_carts == ", ".join(rule.in_carts)
    assert re.findall(r"`(\w+)`", exceptions) == list(rule.fields)
    assert all(f"`{name}`" in PAGE for name in FIELDS[kind])


def test_the_example_on_the_page_is_a_rule() -> None:
    (example,) = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)

    assert set(yaml.safe_load(example)["ownership"]["customer"]) == {
        "master",
        "in_sage",
        "in_carts",
        "fields",
    }
