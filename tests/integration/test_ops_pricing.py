"""`tenant price`: what is printed for stored orders, and for none."""

from __future__ import annotations

from decimal import Decimal

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
