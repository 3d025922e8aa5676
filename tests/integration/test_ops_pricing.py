"""`tenant price` and `tenant depth`: what is printed, what is moved, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from shared.policy.mapping import Role
from shared.policy.switches import CustomerMode, PostingDepth, PostingPolicy
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]


def test_prices_rest_on_the_mix_of_the_stored_orders(rig: OpsRig) -> None:
    for number in ("1001", "1002"):
        rig.keep(number)

    found = rig.json("tenant", "price", "--orders-per-month", "1000")

    offers = {offer["depth"]: offer for offer in found["offers"]}
    assert found["mixes"]["shop"]["orders"] == 2
    assert found["mixes"]["outlet"]["orders"] == 0
    assert offers["full"]["parts"]["SO_CREATE"] == "1000"
    assert offers["full"]["transactions"] > offers["thrifty"]["transactions"]
    assert offers["thrifty"]["transactions"] > offers["summary"]["transactions"]
    assert offers["full"]["overage_usd"] == "0.00"


def test_prices_without_orders_say_what_they_assume(rig: OpsRig) -> None:
    printed = rig.run("tenant", "price", "acme", "--orders-per-month", "100000").output

    assert "an assumed mix is used" in printed
    assert "thrifty" in printed
    assert "0.15 USD for ten" in printed


def test_advice_names_the_channel_to_move(rig: OpsRig) -> None:
    rig.keep("1001")

    found = rig.json("tenant", "price", "--orders-per-month", "30000")

    (move,) = found["advice"]["moves"]
    assert (move["store"], move["now"], move["to"]) == ("shop", "full", "thrifty")


def test_a_contracts_own_price_counts_where_it_is_told(rig: OpsRig) -> None:
    rig.keep("1001")

    found = rig.json("tenant", "price", "--orders-per-month", "100000", "--price", "0.01")

    full = found["offers"][0]
    over = full["transactions"] + found["polling"] - found["allowance"]
    assert Decimal(full["overage_usd"]) == Decimal(over) / 100


def test_what_is_no_price_or_no_store_is_refused(rig: OpsRig) -> None:
    for wrong in (("--price", "much"), ("--price", "-1"), ("--store", "nowhere")):
        result = rig.run("tenant", "price", "--orders-per-month", "1", *wrong)
        assert result.exit_code == 1
        assert result.stderr.startswith("error: ")


def thrifty_shop(rig: OpsRig) -> None:
    """The shop as a thrifty channel wants it: one customer, and payouts that clear its tender."""
    known = rig.desk.tenants.stored("acme")
    shop = known.tenant.stores[0]
    accounts = {**shop.mapping.accounts, Role.PAYOUT_CLEARING: "1100"}
    mapping = replace(shop.mapping, accounts=accounts)
    stores = (shop.model_copy(update={"mapping": mapping}), *known.tenant.stores[1:])
    rig.desk.tenants.replace(known, known.tenant.model_copy(update={"stores": stores}))


MOVE = ("tenant", "depth", "shop", "--from", "2099-01-01", "--why", "the allowance", "--yes")


def test_a_channel_moves_at_a_ledger_date_and_the_consent_is_kept(rig: OpsRig) -> None:
    thrifty_shop(rig)

    moved = rig.json(*MOVE, "--to", "thrifty")

    policy = rig.desk.tenant("acme").stores[0].policy
    (note,) = [one for one in rig.desk.audit.all("acme") if one.what == "tenant depth"]
    assert (policy.posting_depth, policy.posting_depth_from) == ("thrifty", "2099-01-01")
    assert policy.for_placed(date(2098, 12, 31)).posting_depth == "full"
    assert policy.for_placed(date(2098, 12, 31)).customer_mode == "real"
    assert (note.subject, note.why) == ("store:shop", "the allowance")
    assert note.details == {"now": "full", "to": "thrifty", "from_on": "2099-01-01"}
    assert moved["version"] == rig.desk.tenant("acme").version


def test_a_channel_moves_to_daily_journals_and_its_earlier_orders_do_not(rig: OpsRig) -> None:
    rig.json(*MOVE, "--to", "summary")

    policy = rig.desk.tenant("acme").stores[0].policy
    assert policy.mode_on(date(2098, 12, 31)) == "detail"
    assert policy.mode_on(date(2099, 1, 1)) == "summary_daily"


@pytest.mark.parametrize(
    ("arguments", "why_not"),
    [
        (("--to", "thrifty"), "needs accounts.payout_clearing"),
        (("--to", "full"), "is posted full already"),
        (("--to", "summary", "--from", "2020-01-01"), "on a ledger date to come"),
        (("--to", "summary", "--from", "soon"), "no date"),
    ],
)
def test_a_move_that_cannot_be_is_refused_and_nothing_is_stored(
    rig: OpsRig, arguments: tuple[str, ...], why_not: str
) -> None:
    before = rig.desk.tenants.stored("acme").document

    result = rig.run(*MOVE, *arguments)

    assert result.exit_code == 1
    assert why_not in result.stderr
    assert rig.desk.tenants.stored("acme").document == before


def test_without_consent_nothing_is_moved(rig: OpsRig) -> None:
    result = rig.run(*MOVE[:-1], "--to", "summary", answers="n\n")

    assert result.exit_code == 1
    assert rig.desk.tenant("acme").stores[0].policy.posting_mode == "detail"


def test_a_thrifty_channel_does_not_go_back_to_full_detail(rig: OpsRig) -> None:
    thrifty_shop(rig)
    known = rig.desk.tenants.stored("acme")
    shop = known.tenant.stores[0]
    policy = PostingPolicy(posting_depth=PostingDepth.THRIFTY, customer_mode=CustomerMode.CHANNEL)
    stores = (shop.model_copy(update={"policy": policy}), *known.tenant.stores[1:])
    rig.desk.tenants.replace(known, known.tenant.model_copy(update={"stores": stores}))

    result = rig.run(*MOVE, "--to", "full")

    assert result.exit_code == 1
    assert "leave the open invoices of thrifty orders unpaid" in result.stderr
