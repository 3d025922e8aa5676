"""How a request fails: at the control, at the authentication, or in one function (§4)."""

from __future__ import annotations

from dataclasses import dataclass

from local.intacct_simulator.books.errors import GENERIC_ERRORNO, BusinessError
from local.intacct_simulator.xml.nodes import Node, put

SCHEMA = "XL03000003"
SIGN_IN = "XL03000006"
PROCESSING = "XL03000009"
UNKNOWN_FIELD = "XL03000010"


@dataclass(frozen=True)
class Fault:
    """One `error` entry."""

    errorno: str
    text: str
    correction: str = ""
    error_id: str = ""
    target: str = ""
    message_id: str = ""


class GatewayError(Exception):
    """A failure with its entries, the specific one first."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[0].text)
        self.faults = faults


class ControlError(GatewayError):
    """Nothing ran: the envelope, a schema or the sender was refused."""


class SignInError(GatewayError):
    """Nothing ran: login or session was refused; a login names its user and company (§4.3)."""

    def __init__(self, *faults: Fault, user_id: str = "", company_id: str = "") -> None:
        super().__init__(*faults)
        self.user_id = user_id
        self.company_id = company_id


class FunctionError(GatewayError):
    """One function was refused."""


def of_business(error: BusinessError, function: str, noun: str) -> FunctionError:
    """The failure that a refusal of the books becomes: its own entry, then the companion (§4.3)."""
    own = Fault(
        error.errorno,
        error.text,
        error.correction,
        error_id=error.error_id,
        target=error.target,
        message_id=error.message_id,
    )
    verb = next((v for v in ("update", "delete", "reverse") if function.startswith(v)), "create")
    if error.errorno.startswith("PL"):
        return FunctionError(own)
    return FunctionError(own, Fault(GENERIC_ERRORNO, f"Could not {verb} {noun} record!"))


def add_errors(parent: Node, failure: GatewayError, *, detailed: bool, support_id: str) -> None:
    """Append an `errormessage` with all entries; details only when they were asked for (§8.3)."""
    message = put(parent, "errormessage")
    for fault in failure.faults:
        entry = put(message, "error")
        put(entry, "errorno", fault.errorno)
        put(entry, "description")
        put(entry, "description2", f"{fault.text} [Support ID: {support_id}]")
        put(entry, "correction", fault.correction)
        if detailed:
            _add_details(entry, fault)


def _add_details(entry: Node, fault: Fault) -> None:
    """Append all six children of `additionalinfo`; what nothing is known of stays empty."""
    info = put(entry, "additionalinfo")
    put(info, "errorid", fault.error_id or fault.errorno)
    put(info, "category")
    _add_target(info, fault.target)
    for name in ("description", "cdescription", "correction"):
        part = put(info, name)
        put(part, "messageid", fault.message_id if name == "description" else "")
        _add_target(part, fault.target)
        put(part, "placeholders")


def _add_target(parent: Node, field: str) -> None:
    put(parent, "target", domain="", requestinfo="", object="", field=field, businessinfo="")
