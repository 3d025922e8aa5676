"""Every worked journal of payouts comes from what sources tell, to the cent."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from commerce.money import Money
from commerce.payouts import PayoutLineKind, PayoutStatus
from intacct.checks import refuse_the_impossible
from intacct.documents import Side
from shared.payouts.planner import EntityPosting, PayoutPlan, plan_payout
from shared.payouts.records import merged
from shared.policy.choices import CustomerMode, PostingDepth
from shared.policy.mapping import Role
from shared.postings.effects import imbalance
from shared.postings.findings import Reason
from tests.accounting import payout_lives
from tests.accounting.payout_lives import DIRECT, LIVES, PAYOUT_ACCOUNTS, payout_book, play
from tests.accounting.shop import book, mapping
from tests.unit.payouts.told import ARRIVED_AT, LINES, SENT_AT, line, payout

_FILE = Path(payout_lives.__file__).with_name("payout_journals.toml")
TABLE: Mapping[str, list[dict[str, Any]]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
ROWS = TABLE["rows"]
PLAYED = [row for row in ROWS if "life" in row]
_LINE = re.compile(r"(Dr|Cr) (\d{4}(?:-[A-Z]+)?)(@\w+)? (\d+\.\d\d)")

Entry = dict[tuple[str, str, str], Decimal]


def parse(*texts: str) -> Entry:
    """Account, entity and side, to an amount."""
    read: Entry = defaultdict(Decimal)
    for part in ";".join(text for text in texts if text).split(";"):
        found = _LINE.fullmatch(part.strip())
        assert found, part
        side, account, entity, amount = found.groups()
        read[account, (entity or "")[1:], side] += Decimal(amount)
    return dict(read)


def told(entries: Iterable[EntityPosting], *, by_entity: bool) -> Entry:
    """Planned entries in the same form."""
    read: Entry = defaultdict(Decimal)
    for entry in entries:
        for each in entry.posting.effect:
            side = "Dr" if each.side is Side.DEBIT else "Cr"
            read[each.account, entry.entity if by_entity else "", side] += each.amount.amount
    return dict(read)


@pytest.mark.parametrize("row", PLAYED, ids=lambda row: row["id"])
def test_a_worked_journal_comes_out_of_what_the_source_tells(row: dict[str, Any]) -> None:
    played = play(LIVES[row["life"]]())

    entries = [played.entries[purpose] for purpose in row["postings"]]

    expected = parse(row["entry"], row.get("without", ""))
    assert told(entries, by_entity="@" in row["entry"]) == expected


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_row_balances_in_each_entity_and_is_either_played_or_excused(row: dict[str, Any]) -> None:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for (_, entity, side), amount in parse(row["entry"]).items():
        sums[entity] += amount if side == "Dr" else -amount

    assert not any(sums.values())
    assert ("life" in row) != ("reason" in row)


@pytest.mark.parametrize("scenario", TABLE["scenarios"], ids=lambda each: each["id"])
def test_a_scenario_ends_in_its_balances(scenario: dict[str, Any]) -> None:
    played = play(LIVES[scenario["life"]]())
    ended: dict[str, Decimal] = defaultdict(Decimal)
    for (account, _, side), amount in told(played.entries.values(), by_entity=False).items():
        ended[account] += amount if side == "Dr" else -amount

    expected = dict(part.split() for part in scenario["balances"].split(";"))

    assert {a: ended[a] for a in expected} == {a: Decimal(v) for a, v in expected.items()}


@pytest.mark.parametrize("name", LIVES)
def test_every_entry_balances_can_be_sent_and_names_its_payout(name: str) -> None:
    for purpose, entry in play(LIVES[name]()).entries.items():
        document = entry.posting.document
        assert not imbalance(entry.posting.effect, "USD"), purpose
        refuse_the_impossible(document)
        assert all(each.memo.startswith("payout po-100") for each in entry.posting.effect)


@pytest.mark.parametrize("name", LIVES)
def test_the_bank_has_one_line_of_exactly_what_was_deposited(name: str) -> None:
    life = LIVES[name]()
    played = play(life)

    for each in {told.ref.id: told for told, _ in life.told}.values():
        banked = [
            line.amount
            for purpose, entry in played.entries.items()
            for line in entry.posting.effect
            if line.account == "1010" and each.ref.id in purpose.split(":")
        ]
        is_banked = each.status is PayoutStatus.PAID and bool(each.net)
        assert banked == ([abs(each.net)] if is_banked else [])


def planned(told: Any, **more: Any) -> PayoutPlan:
    return plan_payout(merged("acme", None, told, at=SENT_AT), payout_book(**more))


def dates(plan: PayoutPlan) -> dict[str, date]:
    return {
        entry.posting.key.split(":", 1)[1]: entry.posting.true_on
        for entry in plan.entries
        if entry.posting.true_on
    }


def test_parts_are_dated_by_their_events() -> None:
    played = play(LIVES["over_month_end"]())
    disputed = play(LIVES["dispute_won"]())

    on = {purpose: entry.posting.true_on for purpose, entry in played.entries.items()}
    assert on == {"payout:po-1001:2026-03": date(2026, 3, 31), "payout:po-1001": date(2026, 4, 8)}
    assert disputed.entries["dispute:po-1001:opened"].posting.true_on == date(2026, 3, 3)


def test_a_date_told_without_time_stays_that_date_west_of_greenwich() -> None:
    midnight = datetime(2026, 3, 5, tzinfo=UTC)

    assert dates(planned(payout(sent_at=midnight))) == {"payout:po-1001": date(2026, 3, 5)}


def test_an_instant_falls_on_the_entitys_day() -> None:
    late = datetime(2026, 3, 5, 3, tzinfo=UTC)

    assert dates(planned(payout(sent_at=late))) == {"payout:po-1001": date(2026, 3, 4)}


def test_without_an_account_for_transit_only_arrived_money_is_booked() -> None:
    waiting = planned(payout(), accounts=DIRECT)
    arrived = planned(payout(status=PayoutStatus.PAID, arrived_at=ARRIVED_AT), accounts=DIRECT)

    assert (waiting.entries, waiting.waiting) == ((), "the money has not arrived yet")
    assert dates(arrived) == {"payout:po-1001": date(2026, 3, 7)}


def test_money_that_came_back_from_the_bank_leaves_the_bank() -> None:
    record = merged("acme", None, payout(status=PayoutStatus.PAID), at=SENT_AT)
    record = merged("acme", record, payout(status=PayoutStatus.FAILED), at=ARRIVED_AT)

    for accounts in (PAYOUT_ACCOUNTS, DIRECT):
        entries = plan_payout(record, payout_book(accounts)).entries
        failure = [e for e in entries if e.posting.key.endswith(":failure")]
        assert told(failure, by_entity=False) == parse("Dr 1100 159.34; Cr 1010 159.34")


def test_money_that_never_left_costs_its_fees_only() -> None:
    plan = planned(payout(status=PayoutStatus.FAILED), accounts=DIRECT)

    assert told(plan.entries, by_entity=False) == parse("Dr 6100 6.11; Cr 1100 6.11")


@pytest.mark.parametrize("status", [PayoutStatus.OPEN, PayoutStatus.SCHEDULED])
def test_what_was_not_sent_is_not_booked(status: PayoutStatus) -> None:
    plan = planned(payout(status=status))

    assert (plan.entries, plan.findings) == ((), ())
    assert plan.waiting


def test_everything_that_the_mapping_lacks_is_said_at_once_and_nothing_is_booked() -> None:
    lines = (
        *LINES,
        line("4", PayoutLineKind.ADJUSTMENT, "-1.00", type_name="Goodwill", is_recognized=False),
        line("5", PayoutLineKind.CONVERSION, "-2.00"),
        line("6", PayoutLineKind.CONVERSION, "-2.00"),
    )
    accounts = {role: a for role, a in DIRECT.items() if role is not Role.CONVERSION_FEES}
    told_ = payout(lines, amount="154.34", status=PayoutStatus.PAID, arrived_at=ARRIVED_AT)

    plan = planned(told_, accounts=accounts)

    assert plan.entries == ()
    assert [(f.reason, f.place) for f in plan.findings] == [
        (Reason.MAPPING_MISSING, "mapping.payout_rules[Goodwill]"),
        (Reason.MAPPING_MISSING, "mapping.accounts.conversion_fees"),
    ]


def test_a_payout_that_does_not_add_up_is_not_planned() -> None:
    plan = planned(payout(amount="159.35"))

    assert plan.entries == ()
    assert [finding.reason for finding in plan.findings] == [Reason.UNBALANCED]


def test_other_currencies_wait_until_they_are_valued_and_not_every_channel_can_have_them() -> None:
    euros = Money.of("147.00", "EUR")
    abroad = merged("acme", None, replace(payout(), bank_amount=euros), at=SENT_AT)
    chart = mapping(accounts=PAYOUT_ACCOUNTS, bank_entity="E100")
    thrifty = book(
        chart=chart, posting_depth=PostingDepth.THRIFTY, customer_mode=CustomerMode.CHANNEL
    )

    plan = plan_payout(abroad, payout_book())
    refused = plan_payout(abroad, thrifty)

    assert (plan.entries, plan.is_unvalued) == ((), True)
    assert refused.entries == ()
    assert [finding.reason for finding in refused.findings] == [Reason.OUT_OF_SCOPE] * 2
