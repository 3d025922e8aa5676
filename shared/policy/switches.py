"""The policy switches of the accounting reference, section 18, with its defaults.

Standard library only: the planner reads these and nothing else decides how an order is booked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from shared.policy.choices import (
    Breakage,
    ClearingDifferences,
    ClosedPeriod,
    Cogs,
    CreditOn,
    CurrencySide,
    CustomerMode,
    Duties,
    ExpectedReturns,
    FeesOn,
    FxRate,
    GiftCardBelowFace,
    GoodwillTax,
    LostDisputeTaxRelief,
    MarketplaceTax,
    Moment,
    PayoutMonths,
    PostingDepth,
    PostingMode,
    Presentation,
    RefundPresentation,
    Restocking,
    SummaryJournals,
    TaxPoint,
    Tips,
    UnknownLiability,
    UntoldReturns,
)


@dataclass(frozen=True, slots=True)
class PostingPolicy:
    """Every switch, at its default unless the tenant says otherwise.

    `fx_tolerance_percent` and `fx_tolerance_min` (in the entity's currency) are how much of an
    entry may be a difference of rates (R-8.6).

    Orders placed before the ledger date `posting_mode_from` (YYYY-MM-DD) finish in the mode
    `posting_mode_before` (R-11.9); empty, all orders are posted in `posting_mode`. In the same way
    orders placed before `posting_depth_from` finish in `posting_depth_before`, with the customers
    of `customer_mode_before`, and those placed before `fees_on_from` with their fees as
    `fees_on_before` says.
    """

    posting_mode: PostingMode = PostingMode.DETAIL
    posting_mode_from: str = ""
    posting_mode_before: PostingMode = PostingMode.DETAIL
    posting_depth: PostingDepth = PostingDepth.FULL
    posting_depth_from: str = ""
    posting_depth_before: PostingDepth = PostingDepth.FULL
    recognise_on: Moment = Moment.SHIP
    invoice_on: Moment = Moment.SHIP
    customer_mode: CustomerMode = CustomerMode.REAL
    customer_mode_before: CustomerMode = CustomerMode.REAL
    discount_presentation: Presentation = Presentation.GROSS
    refund_presentation: RefundPresentation = RefundPresentation.RETURNS_ACCOUNT
    credit_on: CreditOn = CreditOn.REFUND_SETTLED
    goodwill_tax: GoodwillTax = GoodwillTax.NONE
    marketplace_tax: MarketplaceTax = MarketplaceTax.PASS_THROUGH
    channel_liable_unknown: UnknownLiability = UnknownLiability.HOLD
    tips: Tips = Tips.PAYABLE
    duties: Duties = Duties.AGENT
    cogs: Cogs = Cogs.OFF
    untold_returns: UntoldReturns = UntoldReturns.NOT_RESTOCKED
    restock: Restocking = Restocking.BY_HAND
    tax_point: TaxPoint = TaxPoint.INVOICE
    closed_period_receipts: ClosedPeriod = ClosedPeriod.NEXT_OPEN
    closed_period_credits: ClosedPeriod = ClosedPeriod.NEXT_OPEN
    closed_period_invoices: ClosedPeriod = ClosedPeriod.HOLD
    closed_period_payouts: ClosedPeriod = ClosedPeriod.NEXT_OPEN
    closed_period_summaries: ClosedPeriod = ClosedPeriod.HOLD
    summary_journals: SummaryJournals = SummaryJournals.POSTED
    payout_months: PayoutMonths = PayoutMonths.SPLIT
    gift_card_below_face: GiftCardBelowFace = GiftCardBelowFace.FACE_WITH_CONTRA
    breakage: Breakage = Breakage.OFF
    expected_returns: ExpectedReturns = ExpectedReturns.OFF
    currency_side: CurrencySide = CurrencySide.SHOP
    fx_rate: FxRate = FxRate.ERP_DAILY
    fx_tolerance_percent: str = "0.5"
    fx_tolerance_min: str = "0.05"
    clearing_differences: ClearingDifferences = ClearingDifferences.STAY
    fees_on: FeesOn = FeesOn.PAYOUT
    fees_on_from: str = ""
    fees_on_before: FeesOn = FeesOn.PAYOUT
    lost_dispute_tax_relief: LostDisputeTaxRelief = LostDisputeTaxRelief.OFF
    post_zero_lines: bool = False

    def __post_init__(self) -> None:
        """Refuse a day on which no mode can change, and a depth without its one customer.

        Raises:
            ValueError: a date of a move is none, a tolerance is no number or beyond reason, or
                `posting_depth` thrifty stands beside a `customer_mode` other than channel.
        """
        depths = [(self.posting_depth, self.customer_mode, "")]
        if self.posting_depth_from:
            depths.append((self.posting_depth_before, self.customer_mode_before, "_before"))
        for depth, customers, when in depths:
            if depth is PostingDepth.THRIFTY and customers is not CustomerMode.CHANNEL:
                message = (
                    f"posting_depth{when} thrifty needs customer_mode{when} channel:"
                    " one payment, one customer"
                )
                raise ValueError(message)
        for name in ("posting_mode_from", "posting_depth_from", "fees_on_from"):
            _insist_on_date(name, getattr(self, name))
        _insist_on_number("fx_tolerance_percent", self.fx_tolerance_percent, most=5)
        _insist_on_number("fx_tolerance_min", self.fx_tolerance_min, most=1000)

    def contradictions(self) -> tuple[tuple[str, str], ...]:
        """Switches that do not go together: each the one to change, and why."""
        found = []
        moments = list(Moment)
        if moments.index(self.recognise_on) < moments.index(self.invoice_on):
            message = (
                f"revenue of a {self.recognise_on.value} needs its invoice first: set invoice_on"
                f" to {self.recognise_on.value}, or to what comes before it"
            )
            found.append(("recognise_on", message))
        if PostingMode.SUMMARY_PAYOUT in self.modes():
            found += self._against_payout_summaries()
        if self.may_book_fees_with_orders:
            found += self._against_fees_with_orders()
        if self.modes() != {PostingMode.DETAIL}:
            found += self._against_returns_in_journals()
        if self.tax_point is TaxPoint.CAPTURE:
            depths = {self.posting_depth}
            if self.posting_depth_from:
                depths.add(self.posting_depth_before)
            if self.modes() != {PostingMode.DETAIL}:
                message = "tax at capture needs posting_mode detail: a daily journal has no advance"
                found.append(("tax_point", message))
            if PostingDepth.THRIFTY in depths:
                message = "tax at capture needs posting_depth full: payouts book no single receipt"
                found.append(("tax_point", message))
        return tuple(found)

    def _against_returns_in_journals(self) -> list[tuple[str, str]]:
        found = []
        if self.restock is Restocking.BOOK:
            message = "returned goods are received with single credits: posting_mode detail"
            found.append(("restock", message))
        if self.untold_returns is UntoldReturns.ASK:
            message = "a journal of many orders waits for no answer: posting_mode detail"
            found.append(("untold_returns", message))
        return found

    def _against_payout_summaries(self) -> list[tuple[str, str]]:
        found = []
        if self.recognise_on is not self.invoice_on:
            message = "a payout's journal holds sales whole: set it to what invoice_on is"
            found.append(("recognise_on", message))
        depths = {self.posting_depth, self.posting_depth_before if self.posting_depth_from else ""}
        if PostingDepth.THRIFTY in depths:
            message = "posting_mode summary_payout has no invoices that a payout could settle"
            found.append(("posting_depth", message))
        return found

    @property
    def may_book_fees_with_orders(self) -> bool:
        """Whether fees of some orders of the channel are booked with their receipts."""
        before = {self.fees_on_before} if self.fees_on_from else set()
        return FeesOn.CAPTURE in {self.fees_on, *before}

    def _against_fees_with_orders(self) -> list[tuple[str, str]]:
        found = []
        if PostingMode.SUMMARY_PAYOUT in self.modes():
            message = "posting_mode summary_payout books fees with the payouts that tell them"
            found.append(("fees_on", message))
        depths = {self.posting_depth, self.posting_depth_before if self.posting_depth_from else ""}
        if PostingDepth.THRIFTY in depths:
            message = "fees at capture need posting_depth full: payouts book no single receipt"
            found.append(("fees_on", message))
        return found

    def mode_on(self, placed_on: date) -> PostingMode:
        """How deep an order placed on that ledger date is posted, all its life long (R-11.9)."""
        if self.posting_mode_from and placed_on < date.fromisoformat(self.posting_mode_from):
            return self.posting_mode_before
        return self.posting_mode

    def modes(self) -> frozenset[PostingMode]:
        """All modes that orders of the channel may be posted in."""
        before = {self.posting_mode_before} if self.posting_mode_from else set()
        return frozenset({self.posting_mode, *before})

    def for_placed(self, placed_on: date) -> PostingPolicy:
        """The policy of an order placed on that ledger date, all its life long (R-11.9)."""
        policy = self
        if _is_before(placed_on, self.posting_depth_from):
            policy = replace(
                policy,
                posting_depth=self.posting_depth_before,
                customer_mode=self.customer_mode_before,
                posting_depth_from="",
            )
        if _is_before(placed_on, self.fees_on_from):
            policy = replace(policy, fees_on=self.fees_on_before, fees_on_from="")
        return policy


def _is_before(placed_on: date, moves_on: str) -> bool:
    return bool(moves_on) and placed_on < date.fromisoformat(moves_on)


def _insist_on_date(name: str, text: str) -> None:
    if not text:
        return
    try:
        date.fromisoformat(text)
    except ValueError:
        message = f"{name} {text!r} is no date (YYYY-MM-DD)"
        raise ValueError(message) from None


def _insist_on_number(name: str, text: str, *, most: int) -> None:
    try:
        is_one = 0 <= Decimal(text) <= most
    except InvalidOperation:
        is_one = False
    if not is_one:
        message = f"{name} {text!r} is no number from 0 to {most}"
        raise ValueError(message)
