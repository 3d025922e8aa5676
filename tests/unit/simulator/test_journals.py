"""Journal entries and the ledger: balance per entity, periods, dimensions, statistics."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from local.intacct_simulator.books.errors import BusinessError
from local.intacct_simulator.company import Company
from tests.unit.simulator.rest_desk import Json, Rest, journal, journal_line

ENTRY = "general-ledger/journal-entry"


def balanced(**more: object) -> dict[str, object]:
    lines = [journal_line("debit", "1100", "5.00"), journal_line("credit", "4000", "5.00")]
    return journal(lines, **more)


def test_a_balanced_entry_is_posted(rest: Rest) -> None:
    key = rest.create(ENTRY, balanced(referenceNumber="DAY-1"))

    entry = rest.get(ENTRY, key)
    assert entry["state"] == "posted"
    assert entry["txnNumber"] == 1
    assert rest.balances() == {"1100": "5.00", "4000": "-5.00"}


def test_an_entry_that_does_not_balance_is_refused_as_sage_does(rest: Rest) -> None:
    lines = [journal_line("debit", "1100", "5.00"), journal_line("credit", "4000", "4.99")]

    error = rest.refused(ENTRY, journal(lines), 422)

    assert error["errorId"] == "REST-7001"
    assert [one["errorId"] for one in error["details"]] == ["GL-0951", "GL-1009"]
    assert rest.balances() == {}
    assert rest.query(ENTRY, ["key"]) == []


def test_each_entity_balances_on_its_own(rest: Rest) -> None:
    lines = [
        journal_line("debit", "1100", "5.00", "100"),
        journal_line("credit", "4000", "5.00", "200"),
    ]

    error = rest.refused(ENTRY, journal(lines), 422)

    assert "entity 100" in error["details"][1]["message"]


def test_a_base_location_lets_the_inter_entity_accounts_balance(
    rest: Rest, client: httpx.Client
) -> None:
    sister = {"id": "300", "name": "Sister Inc.", "currency": "USD"}
    client.post("/_sim/seed", json={"entities": [sister]})
    lines = [
        journal_line("debit", "6100", "5.00", "300"),
        journal_line("credit", "1010", "5.00", "100"),
    ]
    rest.refused(ENTRY, journal(lines), 422)

    rest.create(ENTRY, journal(lines, baseLocation={"id": "100"}))

    assert rest.balances("300") == {"6100": "5.00", "2900": "-5.00"}
    assert rest.balances("100") == {"1010": "-5.00", "1900": "5.00"}


def test_a_closed_period_takes_no_posting(company: Company, rest: Rest) -> None:
    company.books.periods.close("100", date(2026, 11, 30))

    error = rest.refused(ENTRY, balanced(), 422)
    rest.create(ENTRY, balanced(postingDate="2026-12-01"))

    assert "period is closed" in error["details"][0]["message"]


def test_periods_close_per_entity(rest: Rest, client: httpx.Client) -> None:
    client.post("/_sim/periods", json={"entity": "200", "close_through": "2026-11-30"})

    rest.create(ENTRY, balanced())
    german = [
        journal_line("debit", "1100", "5.00", "200"),
        journal_line("credit", "4000", "5.00", "200"),
    ]
    rest.refused(ENTRY, journal(german), 422)
    client.post("/_sim/periods", json={"entity": "200"})

    rest.create(ENTRY, journal(german))


def test_a_date_without_a_period_takes_no_posting(rest: Rest) -> None:
    rest.refused(ENTRY, balanced(postingDate="2031-01-01"), 422)


def test_a_line_without_a_location_is_refused_at_the_top_level(rest: Rest) -> None:
    lines = [journal_line("debit", "1100", "5.00"), journal_line("credit", "4000", "5.00")]
    del lines[0]["dimensions"]

    error = rest.refused(ENTRY, journal(lines), 422)

    assert error["details"][0]["errorId"] == "BL03000018"


def test_in_an_entity_the_location_is_implied(rest: Rest) -> None:
    rest.entity = "200"
    lines = [journal_line("debit", "1100", "5.00"), journal_line("credit", "4000", "5.00")]
    for line in lines:
        del line["dimensions"]

    rest.create(ENTRY, journal(lines))

    assert rest.balances("200") == {"1100": "5.00", "4000": "-5.00"}


def test_an_account_can_demand_a_dimension(rest: Rest) -> None:
    account = rest.query("general-ledger/account", ["key"], filters=[{"$eq": {"id": "4000"}}])
    change = {"requireDimensions": {"department": True}}
    rest.patch("general-ledger/account", account[0]["key"], change)

    error = rest.refused(ENTRY, balanced(), 422)

    assert "missing the Department dimension" in error["details"][0]["message"]


def test_an_automatic_reversal_is_posted_on_its_date(company: Company, rest: Rest) -> None:
    key = rest.create(ENTRY, balanced(automaticReversalDate="2026-12-01"))

    november = company.books.trial_balance("100", date(2026, 11, 30))
    december = company.books.trial_balance("100", date(2026, 12, 31))

    assert {row.account: str(row.balance) for row in november} == {"1100": "5.00", "4000": "-5.00"}
    assert all(not row.balance for row in december)
    assert rest.get(ENTRY, key)["reversedBy"]["key"] == "2"


def test_an_entry_is_reversed_once(company: Company, rest: Rest) -> None:
    key = int(rest.create(ENTRY, balanced()))

    company.books.act("journal_entry", key, "reverse", {"reversed_date": date(2026, 11, 21)})

    assert rest.balances() == {}
    with pytest.raises(BusinessError):
        company.books.act("journal_entry", key, "reverse", {"reversed_date": date(2026, 11, 22)})


def test_a_draft_posts_nothing_and_can_be_deleted(rest: Rest) -> None:
    key = rest.create(ENTRY, balanced(state="draft"))

    assert rest.balances() == {}
    rest.send("DELETE", f"/objects/{ENTRY}/{key}", expect=204)
    rest.send("GET", f"/objects/{ENTRY}/{key}", expect=404)


def test_a_posted_entry_is_not_deleted(rest: Rest) -> None:
    key = rest.create(ENTRY, balanced())

    rest.send("DELETE", f"/objects/{ENTRY}/{key}", expect=422)

    assert rest.balances() == {"1100": "5.00", "4000": "-5.00"}


def test_an_update_posts_the_entry_anew(rest: Rest) -> None:
    key = rest.create(ENTRY, balanced())
    lines = rest.get(ENTRY, key)["lines"]

    rest.patch(ENTRY, key, {"lines": [{"key": line["key"], "txnAmount": "7.00"} for line in lines]})

    assert rest.balances() == {"1100": "7.00", "4000": "-7.00"}


def test_a_statistical_journal_has_no_other_side(company: Company, client: httpx.Client) -> None:
    company.books.create(
        "journal_entry",
        {
            "journal": "STJ",
            "posting_date": date(2026, 11, 20),
            "description": "orders of the day",
            "lines": [
                {"account": "STAT-ORDERS", "side": "debit", "amount": "12", "location": "100"}
            ],
        },
    )

    report = client.get("/_sim/trial-balance").json()

    assert report["rows"] == []
    assert report["statistical"][0]["account"] == "STAT-ORDERS"
    assert report["statistical"][0]["amount"].startswith("12")


def test_a_negative_line_is_refused(rest: Rest) -> None:
    lines = [journal_line("debit", "1100", "-5.00"), journal_line("credit", "4000", "-5.00")]

    error = rest.refused(ENTRY, journal(lines), 400)

    assert error["details"][0]["target"] == "/lines/0/txnAmount"


def test_conversion_rounding_of_a_cent_is_absorbed(rest: Rest) -> None:
    euro: Json = {"currency": {"txnCurrency": "EUR", "exchangeRate": "1.085"}}
    lines = [
        journal_line("debit", "1100", "0.10", **euro),
        journal_line("debit", "1101", "0.10", **euro),
        journal_line("credit", "4000", "0.20", **euro),
    ]

    rest.create(ENTRY, journal(lines))

    assert set(rest.balances()) == {"1100", "1101", "4000"}
