"""Which protocol serves which business action (REST reference §17), as plain data.

The choice is made per action kind by configuration and never while an action runs: changing the
protocol of an action in doubt would double what must be looked up (reliability §3.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intacct.documents import (
    Adjustment,
    Advance,
    ArInvoice,
    Customer,
    CustomerRefund,
    Document,
    JournalEntry,
    Payment,
    SalesDocument,
)


class Protocol(StrEnum):
    """How a business action is said to Sage Intacct."""

    REST = "rest"
    XML = "xml"


class Action(StrEnum):
    """The business actions that a tenant's `protocols` setting may name."""

    CUSTOMER = "customer"
    CONTACT = "contact"
    SALES_DOCUMENT = "sales_document"
    AR_INVOICE = "ar_invoice"
    ADVANCE = "advance"
    PAYMENT = "payment"
    ADJUSTMENT = "adjustment"
    CUSTOMER_REFUND = "customer_refund"
    JOURNAL_ENTRY = "journal_entry"
    GL_BATCH = "gl_batch"


class CapabilityError(ValueError):
    """A tenant's configuration names an unknown action, or a protocol that does not offer it."""


@dataclass(frozen=True, slots=True)
class Capability:
    """The protocols that offer an action, and the one that serves it unless a tenant says else."""

    offered: frozenset[Protocol]
    default: Protocol


_BOTH = frozenset(Protocol)
_REST_FIRST = Capability(_BOTH, Protocol.REST)
_XML_FIRST = Capability(_BOTH, Protocol.XML)

CAPABILITIES: Mapping[Action, Capability] = {
    Action.CUSTOMER: _REST_FIRST,
    Action.CONTACT: _REST_FIRST,
    Action.SALES_DOCUMENT: _REST_FIRST,
    Action.AR_INVOICE: _REST_FIRST,
    Action.ADVANCE: _REST_FIRST,
    Action.PAYMENT: _REST_FIRST,
    # REST does not say which sign makes a credit memo (REST reference U17); XML does.
    Action.ADJUSTMENT: _XML_FIRST,
    Action.CUSTOMER_REFUND: Capability(frozenset({Protocol.REST}), Protocol.REST),
    Action.JOURNAL_ENTRY: _REST_FIRST,
    # A day's journal is hundreds of lines in one transaction: one GLBATCH, whole or not at all.
    Action.GL_BATCH: _XML_FIRST,
}


def action_of(document: Document) -> Action:  # noqa: PLR0911  # one per kind
    """The business action that posts this document; the same for its create and its look-up."""
    match document:
        case Customer():
            return Action.CUSTOMER
        case SalesDocument():
            return Action.SALES_DOCUMENT
        case ArInvoice():
            return Action.AR_INVOICE
        case Advance():
            return Action.ADVANCE
        case Payment():
            return Action.PAYMENT
        case Adjustment():
            return Action.ADJUSTMENT
        case CustomerRefund():
            return Action.CUSTOMER_REFUND
        case JournalEntry():
            return Action.GL_BATCH if document.is_batch else Action.JOURNAL_ENTRY


def protocols(overrides: Mapping[str, str]) -> dict[Action, Protocol]:
    """The protocol of every action: the table's default unless `overrides` names another.

    Raises:
        CapabilityError: an override names an unknown action or a protocol that lacks it; all of
            them are named.
    """
    chosen = {action: capability.default for action, capability in CAPABILITIES.items()}
    problems = []
    for name, wanted in overrides.items():
        try:
            action, protocol = Action(name), Protocol(wanted)
        except ValueError:
            problems.append(f"{name}={wanted} names no known action or protocol")
            continue
        if protocol not in CAPABILITIES[action].offered:
            problems.append(f"{name} is not offered by {wanted}")
            continue
        chosen[action] = protocol
    if problems:
        raise CapabilityError("; ".join(problems))
    return chosen
