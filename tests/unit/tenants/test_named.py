from __future__ import annotations

from typing import Any

import pytest

from intacct.names import NameKind, Names, NameState, Standings
from shared.tenants.against import MOST_NAMES, NamesRequest, grouped, look_up
from shared.tenants.models import Tenant
from shared.tenants.named import named
from tests.unit.tenants.test_pinned import tenant


def names_of(known: Tenant) -> set[tuple[str, str, str]]:
    return {
        (one.kind.value, one.name, ".".join(map(str, one.place)).removeprefix("stores.0.mapping."))
        for one in named(known)
    }


def test_everything_that_a_mapping_names_is_listed_with_its_place() -> None:
    mapping: dict[str, Any] = {
        "accounts": {"receivable": "1200", "statistical_orders": "S-1"},
        "taxes": [{"title": "VAT", "account": "2100", "item": "TAX-VAT"}],
        "tenders": [
            {"gateway": "stripe", "account": "1100", "financial_entity": "CLR"},
            {"gateway": "cash", "account": "1101", "undeposited_account": "1102"},
        ],
        "item_rules": [{"sku": "TEE", "item": "T", "account": "4000", "department": "APP"}],
        "line_rules": [
            {"scope": "tag", "value": "vip", "project": "P", "custom": [["Channel", "WEB"]]}
        ],
        "charge_rules": [{"kind": "weee", "item": "WEEE", "account": "2130"}],
        "payout_rules": [{"type_name": "lending", "account": "2500"}],
        "items": {"shipping": "SHIP"},
        "definitions": {"statistical_journal": "SJ"},
        "location": "100",
        "warehouse": "MAIN",
        "channel_customer": "WEB",
        "term": "Net 30",
    }

    assert names_of(tenant(**mapping)) == {
        ("entity", "100", "entities.0.id"),
        ("account", "1200", "accounts.receivable"),
        ("statistical_account", "S-1", "accounts.statistical_orders"),
        ("account", "2100", "taxes.0.account"),
        ("item", "TAX-VAT", "taxes.0.item"),
        ("account", "1100", "tenders.0.account"),
        ("bank_account", "CLR", "tenders.0.financial_entity"),
        ("account", "1101", "tenders.1.account"),
        ("account", "1102", "tenders.1.undeposited_account"),
        ("account", "4000", "item_rules.0.account"),
        ("item", "T", "item_rules.0.item"),
        ("department", "APP", "item_rules.0.department"),
        ("project", "P", "line_rules.0.project"),
        ("dimension", "Channel", "line_rules.0.custom"),
        ("account", "2130", "charge_rules.0.account"),
        ("item", "WEEE", "charge_rules.0.item"),
        ("account", "2500", "payout_rules.0.account"),
        ("item", "SHIP", "items.shipping"),
        ("location", "100", "location"),
        ("warehouse", "MAIN", "warehouse"),
        ("customer", "WEB", "channel_customer"),
        ("term", "Net 30", "term"),
        ("journal", "GJ", "definitions.journal"),
        ("statistical_journal", "SJ", "definitions.statistical_journal"),
        ("definition", "Sales Order", "definitions.sales_order"),
        ("definition", "Sales Invoice", "definitions.sales_invoice"),
    }


def test_a_summary_channel_names_no_definitions_of_documents() -> None:
    known = tenant(policy={"posting_mode": "summary_daily"})

    assert {one.kind for one in named(known)} == {NameKind.ENTITY, NameKind.JOURNAL}


def test_each_name_is_asked_for_once_at_its_entity() -> None:
    known = tenant(accounts={"receivable": "1200", "discounts": "1200"})

    assert grouped(named(known))["100"][NameKind.ACCOUNT] == ("1200",)
    assert list(grouped(named(known))) == ["", "100"]


def test_what_the_books_cannot_use_is_answered_with_the_count_of_reads() -> None:
    asked: list[str] = []

    def look(entity: str, names: Names) -> Standings:
        asked.append(entity)
        states = {
            (kind, name): NameState(name) if name in set(NameState) else NameState.ACTIVE
            for kind, ids in names.items()
            for name in ids
        }
        return Standings(states, calls=2)

    wanted = {"": {NameKind.ENTITY: ("100",)}, "100": {NameKind.ITEM: ("absent", "inactive", "T")}}
    answer = look_up(NamesRequest(tenant="acme", names=wanted), look)

    assert asked == ["", "100"]
    assert answer.calls == 4
    assert [(one.entity, one.name, one.state) for one in answer.unusable] == [
        ("100", "absent", NameState.ABSENT),
        ("100", "inactive", NameState.INACTIVE),
    ]


def test_a_run_asks_for_a_bounded_number_of_names() -> None:
    many = tuple(str(number) for number in range(MOST_NAMES + 1))
    request = NamesRequest(tenant="acme", names={"100": {NameKind.ITEM: many}})

    with pytest.raises(ValueError, match="more than"):
        look_up(request, lambda _entity, _names: Standings({}, 0))
