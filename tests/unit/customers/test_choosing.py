"""Each buyer is found or made once; whoever cannot be told from others holds the order."""

from __future__ import annotations

from dataclasses import replace

from shared.customers.documents import postal
from shared.customers.identity import LONGEST_ID
from shared.customers.links import Condition, Origin
from shared.postings.plan import Reason
from tests.unit.customers.choosing_rig import GUEST, Rig, person_made, reasons, tenant
from tests.unit.customers.orders import HOME, order


def test_a_new_buyer_costs_one_call_and_a_known_one_none() -> None:
    rig = Rig()

    first, second = rig.choose(), rig.choose(order(2), by=rig.another())

    assert first.is_new
    assert (second.customer, second.is_new) == (first.customer, False)
    assert rig.calls == ["create customer"]
    assert len(first.customer) <= LONGEST_ID


def test_a_known_buyer_costs_one_read_of_ours_and_no_write() -> None:
    rig = Rig()
    rig.choose()
    rig.links.reads = rig.links.writes = 0

    rig.choose(order(2), by=rig.another())

    assert (rig.links.reads, rig.links.writes) == (1, 0)


def test_the_link_of_a_made_customer_says_so_and_knows_its_key() -> None:
    rig = Rig()

    chosen = rig.choose()

    (link,) = rig.links.all("acme")
    assert (link.customer, link.origin, link.condition) == (
        chosen.customer,
        Origin.CREATED,
        Condition.GOOD,
    )
    assert link.key == rig.sage.known()[chosen.customer].key
    assert "ada" not in str(link).lower()


def test_several_hits_hold_the_order_with_the_candidates_and_nobody_is_made() -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    for name in ("P-2", "P-1"):
        rig.sage.add(person_made(name, email="ada@example.com"))

    chosen = rig.choose()

    assert reasons(chosen) == [Reason.CUSTOMER_AMBIGUOUS]
    (finding,) = chosen.findings
    assert "P-2, P-1" in finding.hint
    assert "ada@" not in str(finding)
    assert (chosen.customer, rig.made, list(rig.links.all("acme"))) == ("", [], [])


def test_of_several_the_only_active_one_is_taken() -> None:
    rig = Rig(tenant({"match_by": ["email"]}))
    rig.sage.add(person_made("P-1", email="ada@example.com", is_active=False))
    rig.sage.add(person_made("P-2", email="ada@example.com"))

    assert rig.choose().customer == "P-2"


def test_more_hits_than_are_told_are_never_decided() -> None:
    rig = Rig(tenant({"match_by": ["bill_to"]}))
    away = replace(postal(HOME), line1="9 Away")
    rig.sage.add(person_made("P-0"))
    for number in range(1, 60):
        rig.sage.add(person_made(f"P-{number}", address=away))

    chosen = rig.choose()

    assert reasons(chosen) == [Reason.CUSTOMER_AMBIGUOUS]
    assert "or more" in chosen.findings[0].message


def test_a_guest_and_an_account_of_one_address_are_one_buyer_where_matched_by_it() -> None:
    rig = Rig(tenant({"match_by": ["email"]}))

    guest = rig.choose(order(buyer=GUEST))
    account = rig.choose(order(2))
    other_shop = rig.choose(order(3), store="outlet")

    assert guest.customer == account.customer == other_shop.customer
    assert len(rig.made) == 1
    assert rig.sage.asked == ["search email"]


def test_they_are_two_where_nobody_is_matched() -> None:
    rig = Rig()

    assert rig.choose(order(buyer=GUEST)).customer != rig.choose(order(2)).customer
