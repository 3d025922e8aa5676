"""The accounts that a payout's rows go to, and everything that the mapping lacks for them."""

from __future__ import annotations

from dataclasses import dataclass, field

from commerce.payouts import FeeKind, PayoutLine
from shared.policy.choices import MarketplaceTax
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.findings import Finding, Reason

_FEES = {
    FeeKind.PROCESSING: Role.PROCESSING_FEES,
    FeeKind.REFERRAL: Role.REFERRAL_FEES,
    FeeKind.FULFILMENT: Role.FULFILMENT_FEES,
    FeeKind.STORAGE: Role.STORAGE_FEES,
    FeeKind.ADVERTISING: Role.ADVERTISING_FEES,
    FeeKind.SHIPPING_LABEL: Role.SHIPPING_LABEL_FEES,
    FeeKind.SUBSCRIPTION: Role.SUBSCRIPTION_FEES,
    FeeKind.DISPUTE: Role.DISPUTE_FEES,
    FeeKind.OTHER: Role.OTHER_FEES,
}


@dataclass(slots=True)
class PayoutChart:
    """Looks accounts up and remembers what was missing; a missing one is empty, never a guess."""

    book: StoreBook
    _missing: dict[str, Finding] = field(default_factory=dict)

    @property
    def findings(self) -> list[Finding]:
        """Everything that was looked for and is not configured, each once."""
        return list(self._missing.values())

    @property
    def has_transit(self) -> bool:
        """Whether payouts travel through an account of their own on their way to the bank."""
        return bool(self.book.mapping.accounts.get(Role.PAYOUTS_IN_TRANSIT))

    @property
    def omits_facilitator_tax(self) -> bool:
        """Whether the tax that a marketplace withholds was never booked with the sale (R-5.4)."""
        return self.book.policy.marketplace_tax is MarketplaceTax.OMIT

    @property
    def has_foreign_bank(self) -> bool:
        """Whether the bank account belongs to another entity than the store (R-14.3)."""
        return self.book.mapping.bank_entity not in {"", self.book.entity}

    @property
    def bank(self) -> str:
        """Where arrived money stands for the store: in its bank, or owed by the bank's entity."""
        return self.of(Role.INTERENTITY_RECEIVABLE if self.has_foreign_bank else Role.BANK)

    def of(self, role: Role) -> str:
        """The account of a role."""
        account = self.book.mapping.accounts.get(role, "")
        if not account:
            self._lack(f"mapping.accounts.{role.value}", f"the account of the role {role.value}")
        return account

    def fee(self, line: PayoutLine) -> str:
        """The expense account of what was kept of a line, or of a line that is a fee itself."""
        return self.of(_FEES[line.fee_kind] if line.fee_kind else Role.OTHER_FEES)

    def rule(self, line: PayoutLine) -> str:
        """The account configured for the source's own word."""
        for rule in self.book.mapping.payout_rules:
            if rule.type_name.casefold() == line.type_name.casefold():
                return rule.account
        place = f"mapping.payout_rules[{line.type_name or line.kind.value}]"
        self._lack(place, f"an account for rows of the kind {line.type_name or line.kind.value!r}")
        return ""

    def _lack(self, place: str, what: str) -> None:
        finding = Finding(
            reason=Reason.MAPPING_MISSING,
            place=place,
            message=f"payouts need {what}",
            hint="add it to the store's mapping",
        )
        self._missing.setdefault(place, finding)
