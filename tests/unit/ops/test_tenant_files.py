from __future__ import annotations

from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.tenant_changes import changes
from ops.tenant_files import check, read

SOUND = """\
id: acme
intacct: {company_id: acme, user_id: ws, tier: 2, lanes: 6}
entities:
  - id: 100
    zone: America/New_York
    base_currency: USD
stores:
  - id: shop
    cart: shopify
    entity: 100
    go_live_on: 2026-03-01
    mapping:
      version: 1
      accounts:
        product_revenue: 4000
        bank: 0100
      item_rules:
        - {sku: NO, item: TEE}
"""


def test_numbers_dates_and_noes_stay_what_was_written() -> None:
    tenant = check(SOUND).tenant

    assert tenant is not None
    (store,) = tenant.stores
    assert (tenant.entities[0].id, tenant.intacct.lanes) == ("100", 6)
    assert store.go_live_on == "2026-03-01"
    assert list(store.mapping.accounts.values()) == ["4000", "0100"]
    assert store.mapping.item_rules[0].sku == "NO"


def test_every_problem_is_found_at_once_with_its_line_and_path() -> None:
    broken = (
        SOUND.replace("America/New_York", "Mars/Olympus")
        .replace("lanes: 6", "lanes: many")
        .replace("product_revenue: 4000", "revenue: 4000")
        .replace("version: 1", "verzion: 1")
    )

    problems = check(broken).problems

    assert [(problem.line, problem.place) for problem in problems] == [
        (2, "intacct.lanes"),
        (5, "entities[0].zone"),
        (12, "stores[0].mapping.version"),
        (13, "stores[0].mapping.verzion"),
        (15, "stores[0].mapping.accounts.revenue"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "place", "line"),
    [
        ("entity: 100", "entity: 200", "stores[0].entity", 10),
        ("2026-03-01", "first of March", "stores[0].go_live_on", 11),
        (
            "        - {sku: NO, item: TEE}\n",
            "        - {sku: NO, item: TEE}\n        - {sku: NO, item: MUG}\n",
            "stores[0].mapping.item_rules[1]",
            19,
        ),
        ("bank: 0100", "product_revenue: 4010", "stores[0].mapping.accounts.product_revenue", 16),
    ],
)
def test_parts_that_do_not_fit_together_are_problems(
    old: str, new: str, place: str, line: int
) -> None:
    checked = check(SOUND.replace(old, new))

    assert checked.tenant is None
    assert [(problem.place, problem.line) for problem in checked.problems] == [(place, line)]


@pytest.mark.parametrize("text", ["id: [acme", "", "- acme", "id: !!python/object:os.system x"])
def test_what_is_no_configuration_is_a_problem_and_no_crash(text: str) -> None:
    checked = check(text)

    assert checked.tenant is None
    assert checked.problems


def test_changes_name_paths_with_both_values() -> None:
    old, new = check(SOUND).tenant, check(SOUND.replace("4000", "4100")).tenant
    assert old is not None
    assert new is not None

    assert changes(old, new) == [("stores[shop].mapping.accounts.product_revenue", "4000", "4100")]
    assert changes(old, old) == []
    assert ("id", "", "acme") in changes(None, new)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(OpsError, match="cannot be read"):
        read(tmp_path / "none.yaml")


def test_an_added_a_moved_and_a_changed_rule_are_told_by_their_names() -> None:
    rules = "        - {sku: NO, item: TEE}\n"
    old = check(SOUND.replace(rules, rules + "        - {sku: MUG, item: MUG}\n")).tenant
    moved = "        - {sku: MUG, item: CUP}\n        - {sku: CAP, item: CAP}\n"
    new = check(SOUND.replace(rules, moved + rules)).tenant
    assert old is not None
    assert new is not None

    assert changes(old, new) == [
        ("stores[shop].mapping.item_rules[MUG].item", "MUG", "CUP"),
        ("stores[shop].mapping.item_rules[CAP]", "", "{sku: CAP, item: CAP}"),
    ]
    assert changes(new, old)[1] == (
        "stores[shop].mapping.item_rules[CAP]",
        "{sku: CAP, item: CAP}",
        "",
    )


def test_rules_that_count_by_their_order_are_told_by_position() -> None:
    line = "      item_rules:\n"
    first = "        - {scope: tag, value: a, department: A}\n"
    second = "        - {scope: tag, value: b, department: B}\n"
    old = check(SOUND.replace(line, f"      line_rules:\n{first}{second}{line}")).tenant
    new = check(SOUND.replace(line, f"      line_rules:\n{second}{first}{line}")).tenant
    assert old is not None
    assert new is not None

    assert [path for path, _, _ in changes(old, new)] == [
        "stores[shop].mapping.line_rules[0].value",
        "stores[shop].mapping.line_rules[0].department",
        "stores[shop].mapping.line_rules[1].value",
        "stores[shop].mapping.line_rules[1].department",
    ]
