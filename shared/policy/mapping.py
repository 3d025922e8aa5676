"""Where each amount goes in this company's chart: roles, taxes, gateways, items, dimensions.

Standard library only. A missing entry is never replaced by a guess: the planner reports it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum


class Role(StrEnum):
    """The account roles of the accounting reference, section 0."""

    BANK = "bank"
    RECEIVABLE = "receivable"
    INVENTORY = "inventory"
    CUSTOMER_ADVANCES = "customer_advances"
    REFUNDS_PAYABLE = "refunds_payable"
    MARKETPLACE_TAX = "marketplace_tax"
    DUTIES_COLLECTED = "duties_collected"
    GIFT_CARDS = "gift_cards"
    GIFT_CARD_DISCOUNT = "gift_card_discount"
    STORE_CREDIT = "store_credit"
    DEFERRED_REVENUE = "deferred_revenue"
    TIPS_PAYABLE = "tips_payable"
    REFUND_LIABILITY = "refund_liability"
    RIGHT_TO_RETURNS = "right_to_returns"
    PRODUCT_REVENUE = "product_revenue"
    SHIPPING_REVENUE = "shipping_revenue"
    FEE_REVENUE = "fee_revenue"
    RESTOCKING_FEE_REVENUE = "restocking_fee_revenue"
    DISCOUNTS = "discounts"
    RETURNS = "returns"
    COST_OF_GOODS = "cost_of_goods"
    INVENTORY_WRITE_DOWN = "inventory_write_down"
    PROCESSING_FEES = "processing_fees"
    ROUNDING = "rounding"
    REALISED_FX = "realised_fx"
    PAYOUT_CLEARING = "payout_clearing"
    PAYOUTS_IN_TRANSIT = "payouts_in_transit"
    RESERVES_HELD = "reserves_held"
    SETTLEMENT_CARRIED_FORWARD = "settlement_carried_forward"
    DISPUTES_RECEIVABLE = "disputes_receivable"
    CONVERSION_FEES = "conversion_fees"
    REFERRAL_FEES = "referral_fees"
    FULFILMENT_FEES = "fulfilment_fees"
    STORAGE_FEES = "storage_fees"
    ADVERTISING_FEES = "advertising_fees"
    SHIPPING_LABEL_FEES = "shipping_label_fees"
    SUBSCRIPTION_FEES = "subscription_fees"
    DISPUTE_FEES = "dispute_fees"
    CHARGEBACK_LOSSES = "chargeback_losses"
    OTHER_FEES = "other_fees"
    INTERENTITY_RECEIVABLE = "interentity_receivable"
    INTERENTITY_PAYABLE = "interentity_payable"
    STATISTICAL_ORDERS = "statistical_orders"
    STATISTICAL_UNITS = "statistical_units"
    STATISTICAL_REFUNDS = "statistical_refunds"


@dataclass(frozen=True, slots=True)
class TaxRule:
    """A cart tax, by its title or jurisdiction (compared without case), and where it is owed.

    `item` is the Order Entry item that posts to `account`, used on sales documents.
    """

    title: str
    account: str
    item: str


@dataclass(frozen=True, slots=True)
class Tender:
    """Where money of one gateway sits: a financial entity, or an undeposited or liability account.

    `account` is the ledger account behind it (clearing 1100, gift cards 2200 ...).
    """

    gateway: str
    account: str
    financial_entity: str = ""
    undeposited_account: str = ""


@dataclass(frozen=True, slots=True)
class ItemRule:
    """A cart SKU and the Sage item (and revenue account behind it) that sells it.

    A line without SKU is looked up by its variant id, then its product id (carts reference §3.3).
    """

    sku: str
    item: str
    account: str = ""
    department: str = ""
    class_id: str = ""


class RuleScope(StrEnum):
    """What a line rule looks at, the most particular first (R-13.2).

    `channel` is compared with the order's channel and with its sub-channel; `store` hits every
    line of the store.
    """

    SKU = "sku"
    PRODUCT_TYPE = "product_type"
    TAG = "tag"
    CHANNEL = "channel"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class LineRule:
    """What the lines that it hits carry: dimension values, and the item that sells goods.

    Of each field, the value of the first rule that names one counts: by scope, then in the order of
    the list. `value` is compared without case, a SKU exactly; it is empty for `store` alone. Items
    and accounts are for goods only; an account goes with its item, whose GL group decides where
    Sage posts. `custom` holds user-defined dimensions as (name, value).
    """

    scope: RuleScope
    value: str = ""
    item: str = ""
    account: str = ""
    location: str = ""
    department: str = ""
    class_id: str = ""
    project: str = ""
    custom: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a rule that can hit nothing, or that says what no document can carry out.

        Raises:
            ValueError: with what is wrong.
        """
        if bool(self.value) == (self.scope is RuleScope.STORE):
            message = "a rule names the value that it looks for, one of scope store names none"
            raise ValueError(message)
        if self.account and not self.item:
            message = "an account needs the item that posts to it"
            raise ValueError(message)
        named = (self.item, self.location, self.department, self.class_id, self.project)
        if not any(named) and not self.custom:
            message = "a rule names at least one value that its lines carry"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """A charge of the cart by its kind (`weee`, `donation`, `gift_wrap` ...), its item and account.

    Kinds of plain service revenue fall back to `Items.fee`; those that may be owed to somebody else
    need a rule.
    """

    kind: str
    item: str
    account: str


@dataclass(frozen=True, slots=True)
class PayoutRule:
    """The account of a kind of payout row that has no meaning of its own to us.

    `type_name` is the source's own word for it, compared without case.
    """

    type_name: str
    account: str


@dataclass(frozen=True, slots=True)
class RateRow:
    """What one unit of a currency is worth in the entity's own, from that day on (YYYY-MM-DD)."""

    currency: str
    from_on: str
    rate: str

    def __post_init__(self) -> None:
        """Refuse what is no day or no rate.

        Raises:
            ValueError: with what is wrong.
        """
        try:
            date.fromisoformat(self.from_on)
        except ValueError:
            message = f"from_on {self.from_on!r} is no date (YYYY-MM-DD)"
            raise ValueError(message) from None
        try:
            is_rate = Decimal(self.rate) > 0
        except InvalidOperation:
            is_rate = False
        if not is_rate:
            message = f"rate {self.rate!r} is no number above zero"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Items:
    """The Order Entry items that carry what is not goods, and the catch-all for unknown SKUs.

    An empty `default` sends an order with an unknown SKU to review.
    """

    default: str = ""
    shipping: str = ""
    discount: str = ""
    tip: str = ""
    duty: str = ""
    fee: str = ""
    gift_card: str = ""
    gift_card_discount: str = ""
    deferred: str = ""
    marketplace_tax: str = ""
    rounding: str = ""


@dataclass(frozen=True, slots=True)
class Definitions:
    """The names of this company's transaction definitions and journals.

    Without a `statistical_journal` no counts are posted beside the journals of a day (R-12.1).
    """

    sales_order: str = "Sales Order"
    sales_invoice: str = "Sales Invoice"
    sales_return: str = "Sales Return"
    journal: str = "GJ"
    statistical_journal: str = ""
    unit: str = "Each"
    true_date_field: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """One store's mapping; `version` is stored with what was posted under it.

    `bank_entity` is the entity whose bank account payouts arrive on, `stock_entity` the one whose
    stock the goods leave, where it is not the store's.
    """

    version: str
    accounts: dict[Role, str]
    taxes: tuple[TaxRule, ...] = ()
    tenders: tuple[Tender, ...] = ()
    item_rules: tuple[ItemRule, ...] = ()
    line_rules: tuple[LineRule, ...] = ()
    charge_rules: tuple[ChargeRule, ...] = ()
    payout_rules: tuple[PayoutRule, ...] = ()
    fx_rates: tuple[RateRow, ...] = ()
    items: Items = field(default_factory=Items)
    definitions: Definitions = field(default_factory=Definitions)
    location: str = ""
    department: str = ""
    class_id: str = ""
    warehouse: str = ""
    channel_customer: str = ""
    customer_prefix: str = "C-"
    term: str = ""
    bank_entity: str = ""
    stock_entity: str = ""
