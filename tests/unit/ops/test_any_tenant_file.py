"""Whatever is broken in a file, checking it ends, and what it calls sound is sound.

`TENANT_EXAMPLES` runs more of them.
"""

from __future__ import annotations

import copy
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.tenant_files import check
from shared.policy.mapping import ItemRule
from shared.tenants.checks import disagreements
from shared.tenants.models import Tenant

SOUND: dict[str, Any] = yaml.load(
    (Path(__file__).parent / "good_tenants" / "whole.yaml").read_text(),
    Loader=yaml.BaseLoader,  # noqa: S506  # makes plain texts only
)


def paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    members: list[tuple[Any, Any]] = []
    if isinstance(node, dict):
        members = list(node.items())
    elif isinstance(node, list):
        members = list(enumerate(node))
    return found + [inner for name, member in members for inner in paths(member, (*path, name))]


PATHS = paths(SOUND)
JUNK = st.one_of(
    st.none(),
    st.text("aA0-_. :#", max_size=8),
    st.lists(st.text("ab", max_size=3), max_size=2),
    st.dictionaries(st.text("ab", min_size=1, max_size=3), st.text("ab", max_size=3), max_size=2),
)


def spoiled(document: dict[str, Any], path: tuple[Any, ...], junk: Any) -> None:
    """Put junk at a path, or take it away; a path that is gone already stays so."""
    holder: Any = document
    for part in path[:-1]:
        try:
            holder = holder[part]
        except (KeyError, IndexError, TypeError):
            return
    if not isinstance(holder, dict | list):
        return
    try:
        if junk is None:
            del holder[path[-1]]
        else:
            holder[path[-1]] = junk
    except (IndexError, KeyError, TypeError):
        return


def test_the_document_that_is_spoiled_is_sound() -> None:
    assert check(yaml.safe_dump(SOUND)).problems == ()
    assert len(PATHS) > 100


@settings(max_examples=int(os.environ.get("TENANT_EXAMPLES", "10")), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PATHS), JUNK), min_size=1, max_size=4))
def test_any_broken_file_is_told_with_places_and_never_breaks_the_check(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    document = copy.deepcopy(SOUND)
    for path, junk in changes:
        spoiled(document, path, junk)

    checked = check(yaml.safe_dump(document, sort_keys=False))

    assert (checked.tenant is None) is bool(checked.problems)
    assert all(problem.message and problem.line >= 0 for problem in checked.problems)
    if checked.tenant is not None:
        assert Tenant.model_validate_json(checked.tenant.model_dump_json()) == checked.tenant


def test_a_document_that_no_item_of_the_table_holds_is_refused() -> None:
    tenant = Tenant.model_validate(SOUND)
    many = tuple(ItemRule(f"SKU-{number:06d}", "TEE") for number in range(6_000))
    store = tenant.stores[0]
    large = store.model_copy(update={"mapping": replace(store.mapping, item_rules=many)})

    told = list(disagreements(tenant.model_copy(update={"stores": (large,)})))

    assert [place for place, message in told if "bytes" in message] == [()]
