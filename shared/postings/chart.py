"""Looks amounts up in a store's mapping and remembers everything that is missing there.

Nothing is guessed: a miss gives an empty name and one finding, so that an order's problems are all
told at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from commerce.orders import Charge, ChargeKind, LineKind, OrderLine, TaxCollector, TaxLine
from intacct.documents import Dimensions, MoneyPlace
from shared.policy.mapping import Role, Tender
from shared.policy.switches import Duties, Tips, UnknownLiability
from shared.postings.book import StoreBook
from shared.postings.plan import Finding, Reason


@dataclass(frozen=True, slots=True)
class Target:
    """Where an amount goes: the Order Entry item, the account behind it, and its dimensions."""

    item: str
    account: str
    dimensions: Dimensions


_SERVICE_CHARGES = frozenset(
    {ChargeKind.FEE, ChargeKind.GIFT_WRAP, ChargeKind.HANDLING, ChargeKind.COD}
)


class Chart:
    """One store's mapping, asked by meaning; `findings` grows with each miss."""

    def __init__(self, book: StoreBook) -> None:
        """Ask the mapping and the policy of `book`."""
        self._mapping = book.mapping
        self._policy = book.policy
        self.findings: list[Finding] = []

    def miss(self, reason: Reason, place: str, message: str, hint: str) -> None:
        """Remember one thing that must be fixed, once."""
        finding = Finding(reason=reason, place=place, message=message, hint=hint)
        if finding not in self.findings:
            self.findings.append(finding)

    @property
    def balance_dimensions(self) -> Dimensions:
        """What a balance-sheet line carries: the location (R-13.3)."""
        return Dimensions(location=self._mapping.location)

    @property
    def result_dimensions(self) -> Dimensions:
        """What a revenue or expense line carries when no item says otherwise (R-13.2)."""
        return Dimensions(
            location=self._mapping.location,
            department=self._mapping.department,
            class_id=self._mapping.class_id,
        )

    def account(self, role: Role) -> str:
        """The account of that role; empty, with a finding, when the mapping has none."""
        number = self._mapping.accounts.get(role, "")
        if not number:
            self.miss(
                Reason.MAPPING_MISSING,
                f"mapping.accounts.{role.value}",
                f"no account for the role {role.value}",
                "add the account to the store's mapping",
            )
        return number

    def item(self, name: str, value: str) -> str:
        """The Order Entry item `value` of `mapping.items.<name>`; a finding when it is empty."""
        if not value:
            self.miss(
                Reason.MAPPING_MISSING,
                f"mapping.items.{name}",
                f"no Order Entry item for {name}",
                "add the item to the store's mapping",
            )
        return value

    def goods(self, line: OrderLine, place: str) -> Target:
        """The item, account and dimensions that sell an order line."""
        rule = next(
            (
                rule
                for wanted in ([line.sku] if line.sku else [line.variant_id, line.product_id])
                for rule in self._mapping.item_rules
                if wanted and rule.sku == wanted
            ),
            None,
        )
        account = rule.account if rule else ""
        item = rule.item if rule else self._mapping.items.default
        if not item:
            self.miss(
                Reason.MAPPING_MISSING,
                place,
                f"no Sage item for SKU {line.sku or '(none)'}",
                "add an item rule for the SKU, or a default item",
            )
        usual = self.result_dimensions
        dimensions = Dimensions(
            location=usual.location,
            department=(rule.department if rule else "") or usual.department,
            class_id=(rule.class_id if rule else "") or usual.class_id,
        )
        return Target(item, account or self.account(Role.PRODUCT_REVENUE), dimensions)

    def sold(self, line: OrderLine, place: str) -> Target:
        """Where an order line of any kind goes: revenue, gift cards or tips."""
        if line.kind is LineKind.GIFT_CARD:
            item = self.item("gift_card", self._mapping.items.gift_card)
            return Target(item, self.account(Role.GIFT_CARDS), self.balance_dimensions)
        if line.kind is LineKind.TIP:
            return self._tip()
        return self.goods(line, place)

    def _tip(self) -> Target:
        item = self.item("tip", self._mapping.items.tip)
        if self._policy.tips is Tips.REVENUE:
            return Target(item, self.account(Role.FEE_REVENUE), self.result_dimensions)
        return Target(item, self.account(Role.TIPS_PAYABLE), self.balance_dimensions)

    def shipping(self) -> Target:
        """Where shipping charged to the buyer goes."""
        item = self.item("shipping", self._mapping.items.shipping)
        return Target(item, self.account(Role.SHIPPING_REVENUE), self.result_dimensions)

    def discount(self, dimensions: Dimensions) -> Target:
        """Where a discount goes, with the dimensions of what it is a discount on."""
        item = self.item("discount", self._mapping.items.discount)
        return Target(item, self.account(Role.DISCOUNTS), dimensions)

    def gift_card_discount(self) -> Target:
        """Where the discount on a gift card sold below face goes: the contra-liability (R-4.3)."""
        item = self.item("gift_card_discount", self._mapping.items.gift_card_discount)
        return Target(item, self.account(Role.GIFT_CARD_DISCOUNT), self.balance_dimensions)

    def charge(self, charge: Charge, place: str) -> Target:  # one per kind
        """Where a charge on the whole order goes: a rule of its kind first."""
        for rule in self._mapping.charge_rules:
            if rule.kind == charge.kind.value:
                return Target(rule.item, rule.account, self.result_dimensions)
        items = self._mapping.items
        if charge.kind is ChargeKind.TIP:
            return self._tip()
        if charge.kind is ChargeKind.DUTY:
            return self._duty()
        if charge.kind is ChargeKind.ROUNDING:
            item = self.item("rounding", items.rounding)
            return Target(item, self.account(Role.ROUNDING), self.result_dimensions)
        if charge.kind in _SERVICE_CHARGES:
            item = self.item("fee", items.fee)
            return Target(item, self.account(Role.FEE_REVENUE), self.result_dimensions)
        self.miss(
            Reason.MAPPING_MISSING,
            place,
            f"no rule for charges of kind {charge.kind.value}",
            "add a charge rule with item and account",
        )
        return Target("", "", self.result_dimensions)

    def _duty(self) -> Target:
        item = self.item("duty", self._mapping.items.duty)
        if self._policy.duties is Duties.PRINCIPAL:
            return Target(item, self.account(Role.FEE_REVENUE), self.result_dimensions)
        return Target(item, self.account(Role.DUTIES_COLLECTED), self.balance_dimensions)

    def tax(self, tax: TaxLine, place: str) -> Target:
        """Where a tax is owed: an agency's account, or the marketplace's pass-through (R-5.4)."""
        collector = tax.collected_by
        if collector is TaxCollector.UNKNOWN:
            match self._policy.channel_liable_unknown:
                case UnknownLiability.MERCHANT:
                    collector = TaxCollector.SELLER
                case UnknownLiability.CHANNEL:
                    collector = TaxCollector.MARKETPLACE
                case UnknownLiability.HOLD:
                    self.miss(
                        Reason.TAX_LIABILITY_UNKNOWN,
                        place,
                        f"the cart does not say who owes {tax.title}",
                        "find out who remits the tax, or set channel_liable_unknown",
                    )
        if collector is TaxCollector.MARKETPLACE:
            item = self.item("marketplace_tax", self._mapping.items.marketplace_tax)
            return Target(item, self.account(Role.MARKETPLACE_TAX), self.balance_dimensions)
        names = {tax.title.casefold(), tax.jurisdiction.casefold()} - {""}
        rule = next((r for r in self._mapping.taxes if r.title.casefold() in names), None)
        if rule is None:
            self.miss(
                Reason.TAX_UNMAPPED,
                place,
                f"no tax rule for {tax.title or '(no title)'}",
                "add a tax rule with the agency's account and item",
            )
            return Target("", "", self.balance_dimensions)
        return Target(rule.item, rule.account, self.balance_dimensions)

    def tender(self, gateway: str, place: str) -> Tender:
        """Where money of a gateway sits (R-2.4): never the bank, never a guess."""
        wanted = gateway.casefold()
        for tender in self._mapping.tenders:
            if tender.gateway.casefold() == wanted:
                return tender
        self.miss(
            Reason.MAPPING_MISSING,
            place,
            f"no tender for the gateway {gateway or '(none)'}",
            "add a tender with the gateway's clearing account",
        )
        return Tender(gateway=gateway, account="")


def money_place(tender: Tender) -> MoneyPlace:
    """The place of the tender's money as receipts name it: exactly one of the two kinds."""
    if tender.financial_entity:
        return MoneyPlace(financial_entity=tender.financial_entity)
    return MoneyPlace(undeposited_account=tender.undeposited_account or tender.account)
