"""A payout is booked only when its lines add up to what was paid (accounting reference R-6.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from commerce.codec import CodecError, encode
from commerce.money import Money
from commerce.orders import Facts, Ref
from commerce.payouts import (
    FeeKind,
    Payout,
    PayoutLine,
    PayoutLineKind,
    PayoutStatus,
    decode_payout,
    encode_payout,
    payout_breaches,
    payout_line,
)

NOW = datetime(2026, 4, 14, 6, tzinfo=UTC)
REF = Ref("shopify", "shop", "payout", "623721858")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def line(line_id: str, kind: PayoutLineKind, amount: str, fee: str = "0") -> PayoutLine:
    net = usd(amount) - usd(fee)
    return PayoutLine(line_id, kind, usd(amount), usd(fee), net, NOW)


def payout(*lines: PayoutLine, amount: Money | None) -> Payout:
    return Payout(REF, PayoutStatus.PAID, "USD", amount, NOW, lines)


def j_6_1() -> Payout:
    """J-6.1: charges 69.95 and 120.00, refund 24.50, fees 2.33 + 3.78, net 159.34."""
    return payout(
        line("1", PayoutLineKind.CHARGE, "69.95", "2.33"),
        line("2", PayoutLineKind.CHARGE, "120.00", "3.78"),
        line("3", PayoutLineKind.REFUND, "-24.50"),
        amount=usd("159.34"),
    )


def test_a_payout_whose_lines_add_up_is_proved() -> None:
    assert payout_breaches(j_6_1()) == []
    assert j_6_1().fees == usd("6.11")
    assert j_6_1().sum_of(PayoutLineKind.CHARGE) == usd("189.95")


def test_a_negative_payout_is_as_good_as_any() -> None:
    negative = payout(
        line("1", PayoutLineKind.REFUND, "-40.00"),
        payout_line("2", PayoutLineKind.FEE, usd("-2.00"), NOW, fee_kind=FeeKind.PROCESSING),
        amount=usd("-42.00"),
    )

    assert payout_breaches(negative) == []
    assert negative.fees == usd("2.00")


def test_a_cent_too_much_is_found_with_its_difference() -> None:
    (breach,) = payout_breaches(replace(j_6_1(), amount=usd("159.35")))

    assert (breach.place, breach.difference) == ("amount", usd("0.01"))


def test_a_line_whose_fee_is_not_taken_off_is_found() -> None:
    first, *others = j_6_1().lines
    broken = payout(replace(first, net=first.amount), *others, amount=usd("161.67"))

    (breach,) = payout_breaches(broken)

    assert (breach.place, breach.difference) == ("lines[1]", usd("2.33"))


def test_a_line_that_stands_twice_is_found_even_when_the_sum_holds() -> None:
    first = j_6_1().lines[0]

    (breach,) = payout_breaches(payout(first, first, amount=usd("135.24")))

    assert breach.place == "lines[1]"


def test_a_foreign_currency_is_a_breach_and_no_crash() -> None:
    foreign = payout_line("9", PayoutLineKind.CHARGE, Money.of("1.00", "EUR"), NOW)

    breaches = payout_breaches(payout(foreign, amount=usd("1.00")))

    assert [breach.place for breach in breaches] == ["lines[9]"]
    assert payout_breaches(replace(j_6_1(), amount=Money.of("159.34", "EUR")))


def test_a_payout_that_nobody_states_the_amount_of_is_not_proved() -> None:
    (breach,) = payout_breaches(replace(j_6_1(), amount=None))

    assert breach.place == "amount"


def test_a_payout_survives_storage_digit_for_digit() -> None:
    whole = replace(
        j_6_1(),
        arrived_at=NOW,
        bank_reference="TR-1",
        lines=(
            replace(
                j_6_1().lines[0],
                order_id="111-0000001-0000001",
                source_amount=Money.of("64.500", "EUR"),
                exchange_rate=Decimal("1.0845"),
                is_recognized=False,
                fee_kind=FeeKind.REFERRAL,
            ),
        ),
    )

    assert decode_payout(encode_payout(whole)) == whole


@pytest.mark.parametrize("data", [b"", b"{}", b'{"schema":1,"payout":null}', b"[1]"])
def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode_payout(data)


def test_facts_are_no_payout() -> None:
    with pytest.raises(CodecError):
        decode_payout(encode(Facts(Ref("shopify", "shop", "order", "1"))))
