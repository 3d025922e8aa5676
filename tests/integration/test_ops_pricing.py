"""`tenant price` and `tenant depth`: what is printed, what is moved, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from shared.policy.mapping import Role
from tests.integration.ops_rig import OpsRig, rig

__all__ = ["rig"]


def test_prices_rest_on_the_mix_of_the_stored_orders_and_advise_what_to_move(rig: OpsRig) -> None:
    for number in ("1001", "1002"):
        rig.keep(number)

    found = rig.json("tenant", "price", "--orders-per-month", "1000")
    many = rig.json("tenant", "price", "--orders-per-month", "30000", "--price", "0.01")
    printed = rig.run("tenant", "price", "acme", "--orders-per-month", "100000").output

    offers = {offer["depth"]: offer for offer in found["offers"]}
    assert (found["mixes"]["shop"]["orders"], found["mixes"]["outlet"]["orders"]) == (2, 0)
    assert offers["full"]["parts"]["SO_CREATE"] == "1000"
    assert offers["full"]["transactions"] > offers["thrifty"]["transactions"]
    assert offers["thrifty"]["transactions"] > offers["summary"]["transactions"]
    assert offers["full"]["overage_usd"] == "0.00"
    (move,) = many["advice"]["moves"]
    assert (move["store"], move["now"], move["to"]) == ("shop", "full", "thrifty")
    full = many["offers"][0]
    over = full["transactions"] + many["polling"] - many["allowance"]
    assert Decimal(full["overage_usd"]) == Decimal(over) / 100
    assert full["polling_usd"] == "50.00"
    assert "SO_CREATE 1.00" in printed
    assert "an assumed mix is used" in printed
    assert "0.15 USD for ten" in printed
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
    before = policy.for_placed(date(2098, 12, 31))
    assert (before.posting_depth, before.customer_mode) == ("full", "real")
    assert (note.subject, note.why) == ("store:shop", "the allowance")
    assert note.details == {"now": "full", "to": "thrifty", "from_on": "2099-01-01"}
    assert moved["version"] == rig.desk.tenant("acme").version
    again = rig.run(*MOVE, "--to", "summary")
    assert "has a move to come already" in again.stderr
    back = rig.run(*MOVE, "--to", "full", "--from", "2099-06-01")
    assert back.exit_code == 1
    assert "leave the open invoices of thrifty orders unpaid" in back.stderr


def test_a_channel_moves_to_daily_journals_with_consent_alone(rig: OpsRig) -> None:
    before = rig.desk.tenants.stored("acme").document
    for arguments, why_not in (
        (("--to", "thrifty"), "needs accounts.payout_clearing"),
        (("--to", "full"), "is posted full already"),
        (("--to", "summary", "--from", "2020-01-01"), "on a ledger date to come"),
        (("--to", "summary", "--from", "soon"), "no date"),
    ):
        result = rig.run(*MOVE, *arguments)
        assert result.exit_code == 1, arguments
        assert why_not in result.stderr
    refused = rig.run(*MOVE[:-1], "--to", "summary", answers="n\n")
    unmoved = rig.desk.tenants.stored("acme").document

    rig.json(*MOVE, "--to", "summary")

    policy = rig.desk.tenant("acme").stores[0].policy
    assert refused.exit_code == 1
    assert unmoved == before
    assert policy.mode_on(date(2098, 12, 31)) == "detail"
    assert policy.mode_on(date(2099, 1, 1)) == "summary_daily"


def test_a_channel_moves_to_payouts_with_what_they_need(rig: OpsRig) -> None:
    refused = rig.run(*MOVE, "--to", "summary_payout")
    thrifty_shop(rig)

    rig.json(*MOVE, "--to", "summary_payout")

    policy = rig.desk.tenant("acme").stores[0].policy
    assert refused.exit_code == 1
    assert "needs accounts.payout_clearing" in refused.stderr
    assert policy.mode_on(date(2098, 12, 31)) == "detail"
    assert policy.mode_on(date(2099, 1, 1)) == "summary_payout"
