from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from commerce.money import Money
from commerce.orders import Facts, ShippingLine, TaxCollector, TaxLine
from ops.tenant_past import past
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.tenants.models import Tenant
from tests.integration.order_posting_rig import sold, tenant

USD = "USD"


def record(facts: Facts, *, status: FactsStatus = FactsStatus.READY) -> FactsRecord:
    pk = order_pk("acme", facts.ref.store, facts.ref.id)
    return FactsRecord(pk, facts, version=1, status=status)


def with_order(facts: Facts, **changes: Any) -> Facts:
    assert facts.order is not None
    return replace(facts, order=replace(facts.order, **changes))


def with_rules(*rules: dict[str, Any]) -> Tenant:
    document = tenant().model_dump(mode="json")
    document["stores"][0]["mapping"]["line_rules"] = list(rules)
    return Tenant.model_validate(document)


def told(records: Iterable[FactsRecord], known: Tenant | None = None) -> list[tuple[str, int, str]]:
    found = past(known or tenant(), records)
    return [(one.what, one.orders, one.example) for one in found.unmapped]


def test_orders_that_the_document_covers_leave_nothing_to_tell() -> None:
    found = past(tenant(), [record(sold("1001")), record(sold("1002"))])

    assert (found.orders, found.unmapped) == (2, ())


def test_values_without_a_rule_are_counted_with_an_example() -> None:
    strange = sold("1003")
    paid_by = replace(strange.payments[0], gateway="klarna")

    assert told(
        [
            record(sold("1001", sku="MUG")),
            record(sold("1002", sku="MUG")),
            record(replace(strange, payments=(paid_by,))),
        ]
    ) == [
        ("no Sage item for SKU MUG", 2, "1001"),
        ("no tender for the gateway klarna", 1, "1003"),
    ]


def test_a_tax_title_without_a_rule_is_told_with_its_fix() -> None:
    facts = sold("1001")
    assert facts.order is not None
    tax = TaxLine("City Tax", Money.of("1.00", USD))
    line = replace(facts.order.lines[0], taxes=(tax,))

    found = past(
        tenant(), [record(with_order(facts, lines=(line,), total=Money.of("101.00", USD)))]
    )

    whats = {one.what: one.fix for one in found.unmapped}
    assert any("City Tax" in what for what in whats)
    assert all(whats.values())


def test_a_type_or_channel_beside_rules_for_others_is_told() -> None:
    facts = sold("1001")
    assert facts.order is not None
    hat = replace(facts.order.lines[0], product_type="Hats")
    order = with_order(facts, lines=(hat,), channel="pos")
    rules = with_rules(
        {"scope": "product_type", "value": "Shirts", "department": "APP"},
        {"scope": "channel", "value": "web", "department": "WEB"},
    )
    covering = with_rules(
        {"scope": "product_type", "value": "hats", "department": "HATS"},
        {"scope": "channel", "value": "POS", "department": "POS"},
    )

    assert told([record(order)], rules) == [
        ("no line rule for the channel pos", 1, "1001"),
        ("no line rule for the product type Hats", 1, "1001"),
    ]
    assert told([record(order)], covering) == []
    assert told([record(order)]) == []


def test_a_shipping_method_without_an_item_is_told() -> None:
    line = ShippingLine("S1", "DHL Express", Money.of("5.00", USD), Money.zero(USD))
    order = with_order(sold("1001"), shipping_lines=(line,), total=Money.of("105.00", USD))
    document = tenant().model_dump(mode="json")
    document["stores"][0]["mapping"]["items"]["shipping"] = ""

    found = told([record(order)], Tenant.model_validate(document))

    assert ("no item for the shipping method DHL Express", 1, "1001") in found


def test_orders_that_are_never_posted_or_not_known_do_not_count() -> None:
    unknown = replace(sold("1002"), order=None)
    records = [record(sold("1001", sku="X"), status=FactsStatus.SKIPPED), record(unknown)]

    assert past(tenant(), records).orders == 0


def test_orders_of_a_store_that_the_document_lost_are_told() -> None:
    known = tenant().model_copy(update={"stores": tenant().stores[1:]})

    assert told([record(sold("1001"))], known) == [("the store is not in the document", 1, "1001")]


def test_every_value_that_finance_maps_is_listed_with_what_looks_at_it() -> None:
    facts = sold("1001")
    assert facts.order is not None
    tax = TaxLine("City Tax", Money.of("1.00", USD))
    theirs = TaxLine("Facilitator", Money.of("1.00", USD), collected_by=TaxCollector.MARKETPLACE)
    hat = replace(facts.order.lines[0], product_type="Hats", taxes=(tax, theirs))
    shipping = ShippingLine("S1", "DHL", Money.of("5.00", USD), Money.zero(USD))
    order = with_order(
        facts,
        lines=(hat,),
        shipping_lines=(shipping,),
        channel="pos",
        location_id="L7",
        currency="CAD",
    )
    rules = with_rules({"scope": "channel", "value": "POS", "department": "POS"})

    unsound = record(order, status=FactsStatus.HELD)
    found = past(rules, [unsound, record(sold("1002"))])

    listed = [(one.sort.value, one.value, one.orders, one.covered_by) for one in found.seen]
    assert found.unmapped == ()
    assert listed == [
        ("channel", "pos", 1, "line_rules[0]"),
        ("currency", "CAD", 1, ""),
        ("currency", "USD", 1, "the entity's books"),
        ("gateway", "shopify_payments", 2, "tenders[0]"),
        ("location", "L7", 1, ""),
        ("product type", "Hats", 1, ""),
        ("shipping method", "DHL", 1, "items.shipping"),
        ("tax title", "City Tax", 1, ""),
    ]
