"""Why the books refuse something, with what each wire needs to say it.

REST shows `error_id`, `code`, `message_id`, `text` and `target` in the `details` of a REST-7001
(REST reference §6.2); XML shows `errorno` and `text`, followed by the companion BL01001973 (XML
reference §8.4). Numbers that no source gives are chosen from the documented families and marked
"guess" where they are made.
"""

from __future__ import annotations

from enum import StrEnum

GENERIC_ERRORNO = "BL01001973"
PAST = {
    "submit": "submitted",
    "approve": "approved",
    "reverse": "reversed",
    "void": "voided",
    "close": "closed",
}


class Kind(StrEnum):
    """What sort of refusal it is; each wire has its own status for it."""

    RULE = "rule"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    FORBIDDEN = "forbidden"


class BusinessError(Exception):
    """The books refuse; nothing was changed."""

    def __init__(
        self,
        text: str,
        *,
        kind: Kind = Kind.RULE,
        error_id: str = "BL01001973",
        code: str = "operationFailed",
        message_id: str = "IA.BUSINESS_RULE_NOT_MET",
        errorno: str = GENERIC_ERRORNO,
        target: str = "",
        correction: str = "",
    ) -> None:
        """Keep what REST (`error_id`, `code`, `message_id`) and XML (`errorno`) show of it."""
        super().__init__(text)
        self.text = text
        self.kind = kind
        self.error_id = error_id
        self.code = code
        self.message_id = message_id
        self.errorno = errorno
        self.target = target
        self.correction = correction


def missing(what: str, field: str) -> BusinessError:
    """A field that the object cannot do without is absent or empty."""
    return BusinessError(
        f"The required field '{field}' is missing on {what}.",
        kind=Kind.INVALID,
        code="invalidRequest",
        message_id="IA.REQUIRED_FIELD_MISSING",
        target=field,
        correction=f"Provide a value for {field}.",
    )


def invalid(field: str, value: object, why: str) -> BusinessError:
    """A value that the field cannot take."""
    return BusinessError(
        f"The value '{value}' of field '{field}' is invalid: {why}.",
        kind=Kind.INVALID,
        code="invalidParameter",
        message_id="IA.INVALID_VALUE",
        target=field,
        correction=f"Use a valid value for {field}.",
    )


def unknown_reference(label: str, value: object, field: str) -> BusinessError:
    """A reference to a record that is not there or not visible (XML reference §8.4 rows 40, 43)."""
    is_party = label in {"customer", "vendor"}
    text = (
        f"{label.capitalize()} '{value}' specified is not valid."
        if is_party
        else f"The {label} '{value}' is invalid."
    )
    number = "BL03000018" if label in {"unit of measure", "location"} else GENERIC_ERRORNO
    return BusinessError(
        text,
        kind=Kind.INVALID,
        error_id=number,
        code="invalidReference",
        message_id="IA.INVALID_REFERENCE",
        errorno=number,
        target=field,
        correction="Pick an existing, active value.",
    )


def not_found(label: str, key: object) -> BusinessError:
    """The record itself is not there."""
    return BusinessError(
        f"There is no {label} with key '{key}'.",
        kind=Kind.UNKNOWN,
        code="notFound",
        message_id="IA.RECORD_NOT_FOUND",
    )


def duplicate(label: str, field: str, value: object) -> BusinessError:
    """Another record has the same id or number (REST reference §6.3).

    An account has the generic number and an error id of its own (XML reference §8.3).
    """
    is_account = label == "account number"
    return BusinessError(
        f"Another record with the value '{value}' already exists for {label}.",
        kind=Kind.DUPLICATE,
        error_id="GL-0493" if is_account else "BL34000061",
        code="duplicateRecord",
        message_id="IA.ANOTHER_RECORD_WITH_THE_VALUE_ALREADY_EXISTS",
        errorno=GENERIC_ERRORNO if is_account else "BL34000061",
        target=field,
        correction="Use a unique value instead.",
    )


def period_closed(posting_date: object, entity: str) -> BusinessError:
    """The posting date lies in a closed period (XML reference §8.4 row 45; number: a guess)."""
    return BusinessError(
        f"The date {posting_date} cannot be posted: the period is closed for entity {entity}.",
        error_id="GL-0912",
        code="invalidRequest",
        message_id="IA.PERIOD_IS_CLOSED",
        correction="Use a date in an open period, or open the period.",
    )


def unbalanced(entity: str, difference: object) -> BusinessError:
    """Debits and credits differ (REST reference §6.3: GL-0951 with GL-1009)."""
    return BusinessError(
        f"Transactions do not balance for {entity}: debits and credits differ by {difference}.",
        error_id="GL-1009",
        code="invalidConfiguration",
        message_id="IA.TRANSACTIONS_DO_NOT_BALANCE_FOR",
        correction="Make total debits equal total credits.",
    )


def missing_dimension(dimension: str, account: str) -> BusinessError:
    """The account demands a dimension (XML reference §8.4 row 41)."""
    return BusinessError(
        f"This transaction is missing the {dimension.capitalize()} dimension "
        f"for the Account {account}.",
        error_id="GL-0960",
        code="invalidRequest",
        message_id="IA.MISSING_DIMENSION",
        target=f"dimensions.{dimension}",
    )


def in_use(label: str, value: object, by: str) -> BusinessError:
    """The record cannot be deleted because another one refers to it."""
    return BusinessError(
        f"The {label} '{value}' cannot be deleted: it is used by {by}.",
        code="recordInUse",
        message_id="IA.RECORD_IN_USE",
    )


def wrong_state(label: str, state: str, action: str) -> BusinessError:
    """The state of the document does not allow the action (its name, or what would be done)."""
    return BusinessError(
        f"The {label} is in the state '{state}' and cannot be {PAST.get(action, action)}.",
        code="invalidState",
        message_id="IA.ACTION_NOT_ALLOWED_IN_STATE",
        errorno="BL03002129",
    )


def exceeds_due(amount: object, due: object) -> BusinessError:
    """More is applied than is due or available (XML reference §8.4 row 37)."""
    return BusinessError(
        f"The amount {amount} exceeds the amount due or available, {due}.",
        error_id="AR-0503",
        code="invalidRequest",
        message_id="IA.AMOUNT_EXCEEDS_AMOUNT_DUE",
        errorno="XL03000027",
    )


def already_paid(invoice: object) -> BusinessError:
    """Nothing is due on the invoice any more (XML reference §8.4 row 34)."""
    return BusinessError(
        f"The invoice '{invoice}' is already paid.",
        error_id="AR-0504",
        code="invalidRequest",
        message_id="IA.INVOICE_ALREADY_PAID",
        errorno="BL03000130",
    )


def forbidden(user: str, right: str, label: str) -> BusinessError:
    """The user's role does not cover it (XML reference §8.4 row 26)."""
    return BusinessError(
        f"You do not have permission for API operation {right} on {label} as user {user}.",
        kind=Kind.FORBIDDEN,
        error_id="PL04000005",
        code="unauthorizedUser",
        message_id="IA.NOT_AUTHORIZED",
        errorno="PL04000005",
    )
