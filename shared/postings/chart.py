"""Looks amounts up in a store's mapping and remembers everything that is missing there.

Nothing is guessed: a miss gives an empty name and one finding, so that an order's problems are all
told at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from commerce.orders import Charge, ChargeKind, LineKind, OrderLine, TaxCollector, TaxLine
from intacct.documents import Dimensions, MoneyPlace
from shared.policy.choices import Duties, MarketplaceTax, Tips, UnknownLiability
from shared.policy.mapping import Role, Tender
from shared.postings.articles import article_of_line, item_place
from shared.postings.book import StoreBook
from shared.postings.gift_cards import is_free
from shared.postings.hits import Hit
from shared.postings.line_rules import Chosen, LineRules, Selectors
from shared.postings.plan import Finding, Reason


@dataclass(frozen=True, slots=True)
class Target:
    """Where an amount goes: the Order Entry item, the account behind it, and its dimensions.

    `hits` are the rules that chose them; what `is_omitted` goes nowhere.
    """

    item: str
    account: str
    dimensions: Dimensions
    hits: tuple[Hit, ...] = ()
    is_omitted: bool = False


_SERVICE_CHARGES = frozenset(
    {ChargeKind.FEE, ChargeKind.GIFT_WRAP, ChargeKind.HANDLING, ChargeKind.COD}
)


class Chart:
    """One store's mapping, asked by meaning; `findings` grows with each miss."""

    def __init__(self, book: StoreBook, selectors: Selectors) -> None:
        """Ask the mapping and the policy of `book` for an order of those selectors."""
        self._book = book
        self._mapping = book.mapping
        self._policy = book.policy
        self._rules = LineRules(book, selectors)
        self.findings: list[Finding] = []

    def miss(self, reason: Reason, place: str, message: str, hint: str) -> None:
        """Remember one thing that must be fixed, once."""
        finding = Finding(reason=reason, place=place, message=message, hint=hint)
        if finding not in self.findings:
            self.findings.append(finding)

    @property
    def balance_dimensions(self) -> Dimensions:
        """What a balance-sheet line carries: the location (R-13.3)."""
        return self._book.balance_dimensions

    @property
    def result_dimensions(self) -> Dimensions:
        """What a revenue or expense line carries that belongs to no goods (R-13.2)."""
        return self._rules.usual.dimensions

    def usual_hits(self, account: str) -> tuple[Hit, ...]:
        """Why an account is used that no rule chose for a single line: its role or its tender."""
        accounts = self._mapping.accounts.items()
        places = [f"accounts.{role.value}" for role, number in accounts if number == account]
        places += [
            f"tenders {tender.gateway}"
            for tender in self._mapping.tenders
            if tender.account == account
        ]
        return tuple(Hit("account", account, place) for place in places[:1])

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

    def known_account(self, role: Role) -> str:
        """The account of that role; empty when the mapping has none, as it need not."""
        return self._mapping.accounts.get(role, "")

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
        chosen = self._rules.goods(line)
        if not chosen.item and self._book.linked_items is not None:
            self.miss(
                Reason.ITEM_MISSING,
                item_place(self._book.store, article_of_line(line)),
                "no Sage item is linked to it",
                "it is looked for by itself; see ops items list",
            )
        elif not chosen.item:
            self.miss(
                Reason.MAPPING_MISSING,
                place,
                f"no Sage item for SKU {line.sku or '(none)'}",
                "add an item rule for the SKU, or a default item",
            )
        if chosen.account:
            return Target(chosen.item, chosen.account, chosen.dimensions, chosen.hits)
        account = self.account(Role.PRODUCT_REVENUE)
        hits = (*chosen.hits, _by_role(account, Role.PRODUCT_REVENUE))
        return Target(chosen.item, account, chosen.dimensions, hits)

    def sold(self, line: OrderLine, place: str) -> Target:
        """Where an order line of any kind goes: revenue, gift cards or tips."""
        if line.kind is LineKind.GIFT_CARD:
            return self._balance("gift_card", Role.GIFT_CARDS)
        if line.kind is LineKind.TIP:
            return self._tip()
        return self.goods(line, place)

    def _balance(self, name: str, role: Role) -> Target:
        """A balance-sheet account by its role, behind the item of that name."""
        return self._by_role(name, role, Chosen(self.balance_dimensions, ()))

    def _result(self, name: str, role: Role) -> Target:
        """A revenue or expense account by its role, behind the item of that name."""
        return self._by_role(name, role, self._rules.usual)

    def _by_role(self, name: str, role: Role, chosen: Chosen) -> Target:
        item = self.item(name, getattr(self._mapping.items, name))
        account = self.account(role)
        return Target(item, account, chosen.dimensions, (*chosen.hits, _by_role(account, role)))

    def _tip(self) -> Target:
        if self._policy.tips is Tips.REVENUE:
            return self._result("tip", Role.FEE_REVENUE)
        return self._balance("tip", Role.TIPS_PAYABLE)

    def shipping(self) -> Target:
        """Where shipping charged to the buyer goes."""
        return self._result("shipping", Role.SHIPPING_REVENUE)

    def discount(self, of: Target) -> Target:
        """Where a discount goes, with the dimensions of what it is a discount on."""
        hits = tuple(hit for hit in of.hits if hit.field not in ("item", "account"))
        return self._by_role("discount", Role.DISCOUNTS, Chosen(of.dimensions, hits))

    def gift_card_discount(self) -> Target:
        """Where the discount on a gift card sold below face goes: the contra-liability (R-4.3)."""
        return self._balance("gift_card_discount", Role.GIFT_CARD_DISCOUNT)

    def charge(self, charge: Charge, place: str) -> Target:  # one per kind
        """Where a charge on the whole order goes: a rule of its kind first."""
        usual = self._rules.usual
        for number, rule in enumerate(self._mapping.charge_rules):
            if rule.kind == charge.kind.value:
                hit = Hit("account", rule.account, f"charge_rules[{number}] {rule.kind}")
                return Target(rule.item, rule.account, usual.dimensions, (*usual.hits, hit))
        if charge.kind is ChargeKind.TIP:
            return self._tip()
        if charge.kind is ChargeKind.DUTY:
            return self._duty()
        if charge.kind is ChargeKind.ROUNDING:
            return self._result("rounding", Role.ROUNDING)
        if charge.kind in _SERVICE_CHARGES:
            return self._result("fee", Role.FEE_REVENUE)
        self.miss(
            Reason.MAPPING_MISSING,
            place,
            f"no rule for charges of kind {charge.kind.value}",
            "add a charge rule with item and account",
        )
        return Target("", "", usual.dimensions)

    def _duty(self) -> Target:
        if self._policy.duties is Duties.PRINCIPAL:
            return self._result("duty", Role.FEE_REVENUE)
        return self._balance("duty", Role.DUTIES_COLLECTED)

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
            if self._policy.marketplace_tax is MarketplaceTax.OMIT:
                return Target("", "", self.balance_dimensions, is_omitted=True)
            return self._balance("marketplace_tax", Role.MARKETPLACE_TAX)
        names = {tax.title.casefold(), tax.jurisdiction.casefold()} - {""}
        rules = enumerate(self._mapping.taxes)
        number, rule = next((r for r in rules if r[1].title.casefold() in names), (0, None))
        if rule is None:
            self.miss(
                Reason.TAX_UNMAPPED,
                place,
                f"no tax rule for {tax.title or '(no title)'}",
                "add a tax rule with the agency's account and item",
            )
            return Target("", "", self.balance_dimensions)
        hit = Hit("account", rule.account, f"taxes[{number}] {rule.title}")
        return Target(rule.item, rule.account, self.balance_dimensions, (hit,))

    def tender(self, gateway: str, place: str, card_id: str = "") -> Tender:
        """Where money of a gateway sits (R-2.4): never the bank, never a guess.

        A gift card that was given away is no money: it is a discount (R-4.4).
        """
        if card_id and is_free(self._book.cards, card_id):
            account = self.account(Role.DISCOUNTS)
            return Tender(gateway, account, undeposited_account=account)
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


def _by_role(account: str, role: Role) -> Hit:
    return Hit("account", account, f"accounts.{role.value}")


def money_place(tender: Tender) -> MoneyPlace:
    """The place of the tender's money as receipts name it: exactly one of the two kinds."""
    if tender.financial_entity:
        return MoneyPlace(financial_entity=tender.financial_entity)
    return MoneyPlace(undeposited_account=tender.undeposited_account or tender.account)
