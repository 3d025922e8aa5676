"""The documents that business actions carry to Sage Intacct, said in neither protocol.

Standard library and `commerce` only. The planner fills them, the protocol clients translate them to
REST (`intacct.rest`) or XML (`intacct.xml`). Amounts are positive `Money` in the transaction
currency; the kind of a document or line gives the sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from commerce.money import Money
from intacct.dimensions import NO_DIMENSIONS as NO_DIMENSIONS  # noqa: PLC0414  # read from here
from intacct.dimensions import Dimensions as Dimensions  # noqa: PLC0414  # likewise
from intacct.dimensions import Side as Side  # noqa: PLC0414  # likewise
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer
from intacct.undoing import CloseSalesDocument, ReverseDocument


@dataclass(frozen=True, slots=True)
class KeyOf:
    """Stands for the Sage key that another posting's result will give; resolved before sending."""

    posting_key: str


Reference = str | KeyOf


CustomFields = tuple[tuple[str, str], ...]
"""Custom fields as (name, value); the name is the company's own, without REST's `nsp::`."""


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A mailing address; `country` is ISO alpha-2."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact: `id` is unique in the whole company, across customers and vendors.

    `tax_exempt` is left to the company's default where it is None.
    """

    id: str
    print_as: str
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    email: str = ""
    phone: str = ""
    address: PostalAddress = PostalAddress()
    tax_exempt: bool | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer with a deterministic id of ours; `email` lives on its display contact.

    `attachment`, here and on documents, is the id of an `intacct.masters.Attachment` to link.
    `bill_to` and `ship_to` are ids of contacts that are there already; documents that name none
    take these.
    """

    id: str
    name: str
    contact: Contact | None = None
    currency: str = ""
    term: str = ""
    is_active: bool = True
    tax_id: str = ""
    custom: CustomFields = ()
    attachment: str = ""
    bill_to: str = ""
    ship_to: str = ""


class SalesState(StrEnum):
    """The state a sales document is created in."""

    DRAFT = "draft"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class SalesLine:
    """One line of an Order Entry document; a discount line has a negative `unit_price`.

    `source_line` is the position (from 0) of the line in the source document it converts.
    """

    item: str
    quantity: Decimal
    unit: str
    unit_price: Money
    dimensions: Dimensions = NO_DIMENSIONS
    memo: str = ""
    source_line: int | None = None
    custom: CustomFields = ()


@dataclass(frozen=True, slots=True)
class Subtotal:
    """A row of the definition's subtotals (Freight, Sales Tax): `name` must match it exactly."""

    name: str
    amount: Money
    dimensions: Dimensions = NO_DIMENSIONS


@dataclass(frozen=True, slots=True)
class SalesDocument:
    """An Order Entry document of the named transaction definition (Sales Order, Sales Invoice ...).

    `reference` is our document number (at most 21 characters): the mark it is looked up by.
    `source` is the document it converts, by Sage key. Documents with `subtotals` are posted over
    XML: how REST writes them is shown nowhere (REST reference U18).
    """

    definition: str
    reference: str
    customer: str
    dated_on: date
    currency: str
    lines: tuple[SalesLine, ...]
    due_on: date | None = None
    posted_on: date | None = None
    customer_po: str = ""
    memo: str = ""
    term: str = ""
    state: SalesState = SalesState.PENDING
    source: Reference = ""
    exchange_rate: Decimal | None = None
    custom: CustomFields = ()
    subtotals: tuple[Subtotal, ...] = ()
    attachment: str = ""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An amount on a general ledger account with its dimensions."""

    account: str
    amount: Money
    dimensions: Dimensions = NO_DIMENSIONS
    memo: str = ""


class PaymentMethod(StrEnum):
    """How the money moved, in Sage's words for REST; XML has labels for the same."""

    CREDIT_CARD = "creditCard"
    EFT = "eft"
    CASH = "cash"
    CHECK = "printedCheck"


@dataclass(frozen=True, slots=True)
class MoneyPlace:
    """Where received money sits: a financial entity (bank, clearing) or an undeposited account."""

    financial_entity: str = ""
    undeposited_account: str = ""

    def __post_init__(self) -> None:
        """Exactly one of the two must be given (REST reference §16.8)."""
        if bool(self.financial_entity) == bool(self.undeposited_account):
            message = (
                "money sits in a financial entity or on an undeposited account, one of the two"
            )
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class ArInvoice:
    """An invoice made in Accounts Receivable, without Order Entry.

    `exchange_rate`, here and on adjustments, is what one unit of the document's currency is worth
    in the entity's own; without one, Sage's daily rate of `rate_on`, or of the document's date.
    """

    reference: str
    customer: str
    dated_on: date
    due_on: date
    lines: tuple[AccountLine, ...]
    description: str = ""
    posted_on: date | None = None
    custom: CustomFields = ()
    attachment: str = ""
    exchange_rate: Decimal | None = None
    rate_on: date | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """Money received before there is an invoice (J-2.1); `account` is customer advances."""

    reference: str
    customer: str
    received_on: date
    amount: Money
    place: MoneyPlace
    account: str
    method: PaymentMethod = PaymentMethod.CREDIT_CARD
    dimensions: Dimensions = NO_DIMENSIONS
    description: str = ""


class CreditKind(StrEnum):
    """What is applied to an invoice instead of new money."""

    ADVANCE = "advance"
    ADJUSTMENT = "adjustment"
    OVERPAYMENT = "overpayment"


@dataclass(frozen=True, slots=True)
class Application:
    """An amount that settles part of an invoice: new money, or a credit that is already there.

    `invoice` is the Sage key of the AR invoice or of the Order Entry invoice that made it.
    """

    invoice: Reference
    amount: Money
    credit_kind: CreditKind | None = None
    credit: Reference = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """A receipt applied to invoices (J-2.5), or credits applied without new money (J-2.3).

    `amount` is the new money: zero when only credits are applied. What exceeds the applications is
    the overpayment, kept on the customer's account (J-2.9).
    """

    reference: str
    customer: str
    received_on: date
    amount: Money
    place: MoneyPlace
    applications: tuple[Application, ...]
    method: PaymentMethod = PaymentMethod.CREDIT_CARD
    description: str = ""

    @property
    def overpayment(self) -> Money:
        """New money that no application uses."""
        used = (a.amount for a in self.applications if a.credit_kind is None)
        return sum(used, start=Money.zero(self.amount.currency)) * -1 + self.amount


class AdjustmentKind(StrEnum):
    """Whether the customer owes less (credit memo) or more (debit memo)."""

    CREDIT = "credit"
    DEBIT = "debit"


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """One line of an adjustment: the ledger side its account gets; AR takes the other side."""

    account: str
    side: Side
    amount: Money
    dimensions: Dimensions = NO_DIMENSIONS
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A credit or debit memo in Accounts Receivable (J-3.4); lines net to the memo's amount.

    `reference` is its number and its free reference too, so that it is found again in a company
    that numbers adjustments itself. `invoice_number` takes the free reference instead: not for
    documents that must be found again.
    """

    reference: str
    kind: AdjustmentKind
    customer: str
    dated_on: date
    currency: str
    lines: tuple[AdjustmentLine, ...]
    description: str = ""
    invoice_number: str = ""
    custom: CustomFields = ()
    exchange_rate: Decimal | None = None
    rate_on: date | None = None


@dataclass(frozen=True, slots=True)
class RefundDetail:
    """How much of which credit is paid out."""

    kind: CreditKind
    credit: Reference
    amount: Money


@dataclass(frozen=True, slots=True)
class CustomerRefund:
    """Money given back elsewhere (the gateway), recorded against credits (J-3.1, J-3.3, J-3.5)."""

    reference: str
    customer: str
    refunded_on: date
    place: MoneyPlace
    details: tuple[RefundDetail, ...]
    method: PaymentMethod = PaymentMethod.CREDIT_CARD
    description: str = ""


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One line of a journal entry; never negative: flip the side instead (R-0.6).

    `worth` is what it must be worth in the entity's currency, where that is known (`rates.py`).
    """

    account: str
    side: Side
    amount: Money
    dimensions: Dimensions = NO_DIMENSIONS
    memo: str = ""
    worth: Money | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A journal entry (XML: GLBATCH); `reference` is the mark it is looked up by.

    `is_batch` marks the day's journal of a summary-mode channel, which is posted whole as one
    GLBATCH over XML (`intacct.capabilities`); single entries go by REST. Sage posts the mirror of
    the entry by itself on `reverses_on`. `exchange_rate` and `rate_on` are as on AR invoices.
    """

    reference: str
    journal: str
    posted_on: date
    description: str
    lines: tuple[JournalLine, ...]
    base_location: str = ""
    is_draft: bool = False
    is_batch: bool = False
    reverses_on: date | None = None
    custom: CustomFields = ()
    attachment: str = ""
    exchange_rate: Decimal | None = None
    rate_on: date | None = None


Document = (
    Customer
    | SalesDocument
    | ArInvoice
    | Advance
    | Payment
    | Adjustment
    | CustomerRefund
    | JournalEntry
    | StatisticalEntry
    | StockDocument
    | WarehouseTransfer
    | ReverseDocument
    | CloseSalesDocument
)


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """What Sage made of a document.

    `key` is the system key (REST key, XML RECORDNO), `id` the readable id or number, `total` the
    amount as Sage computed it where it says so; `invoice_key` is the AR invoice that an Order Entry
    invoice made, when the answer names it. `effect` is the digest of the ledger lines that it was
    sent with, where whoever asks remembers that; Sage does not say it.
    """

    key: str
    id: str = ""
    state: str = ""
    total: Money | None = None
    invoice_key: str = ""
    effect: str = ""
