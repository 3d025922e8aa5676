"""The response document: control, authentication, results (§4)."""

from __future__ import annotations

from lxml import etree

from local.intacct_simulator.xml.access import Access
from local.intacct_simulator.xml.calls import Outcome
from local.intacct_simulator.xml.failures import (
    PROCESSING,
    Fault,
    FunctionError,
    GatewayError,
    SignInError,
    add_errors,
)
from local.intacct_simulator.xml.nodes import Node, is_true, make, put, text_of

_ECHOED = ("senderid", "controlid", "uniqueid", "dtdversion")
_DEFAULTS = {"uniqueid": "true"}  # what its absence means (§6.1)
ROLLED_BACK = Fault(
    PROCESSING, "The entire transaction in this operation has been rolled back due to an error."
)


class Answer:
    """Builds one response, level by level."""

    def __init__(self, support_id: str) -> None:
        self._support_id = support_id
        self.is_refused = False
        self._detailed = False
        self._pretty = True
        self.root = make("response")

    def control(self, control: Node | None, failure: GatewayError | None = None) -> None:
        """Write the control level, echoing what could be read of the request."""
        node = put(self.root, "control")
        put(node, "status", "failure" if failure else "success")
        for name in _ECHOED if control is not None else ():
            put(node, name, text_of(control, name) or _DEFAULTS.get(name, ""))
        self._detailed = is_true(text_of(control, "showadditionalerrorinfo"))
        self._pretty = is_true(text_of(control, "includewhitespace"), default=True)
        if failure is not None:
            self._errors(self.root, failure)

    def refused(self, failure: SignInError) -> None:
        """Write an authentication failure: who asked is told, for a dead session nobody (§4.3)."""
        self.is_refused = True
        operation = put(self.root, "operation")
        node = put(operation, "authentication")
        put(node, "status", "failure")
        put(node, "userid", failure.user_id)
        put(node, "companyid", failure.company_id)
        self._errors(operation, failure)

    def operation(self, access: Access) -> Node:
        """Write a successful authentication, and give the operation for its results."""
        operation = put(self.root, "operation")
        node = put(operation, "authentication")
        put(node, "status", "success")
        put(node, "userid", access.caller.user)
        put(node, "companyid", access.company_id)
        put(node, "locationid", access.caller.entity)
        put(node, "sessiontimestamp", access.at.isoformat(timespec="seconds"))
        put(node, "sessiontimeout", access.until.isoformat(timespec="seconds"))
        return operation

    def result(self, operation: Node, function: Node, outcome: Outcome) -> Node:
        """Write the result of a function that was carried out."""
        node = self._head(operation, function, "success")
        if outcome.key:
            put(node, "key", outcome.key)
        if outcome.listed is not None:
            node.append(outcome.listed)
        if outcome.has_data:
            self._data(node, outcome)
        return node

    def failed(
        self, operation: Node, function: Node, failure: FunctionError, partial: list[Node]
    ) -> Node:
        """Write a failed function; what a create had made before the fault is shown (§4.5)."""
        node = self._head(operation, function, "failure")
        if function[0].tag in ("create", "update"):
            attributes = {"listtype": "objects", "count": str(len(partial))}
            self._data(node, Outcome(rows=tuple(partial), attributes=attributes))
        self._errors(node, failure)
        return node

    def roll_back(self, operation: Node) -> None:
        """Turn the results of a transaction that failed into aborted ones (§6.3)."""
        for node in operation.findall("result"):
            if text_of(node, "status") == "failure":
                for entry in node.findall("data"):
                    node.remove(entry)
                extra = make("holder")
                self._errors(extra, FunctionError(ROLLED_BACK))
                message = node.find("errormessage")
                entry_node = extra.find("errormessage/error")
                if message is not None and entry_node is not None:
                    message.append(entry_node)
                continue
            for name in ("key", "data"):
                for entry in node.findall(name):
                    node.remove(entry)
            status = node.find("status")
            if status is not None:
                status.text = "aborted"
            self._errors(node, FunctionError(ROLLED_BACK))

    def aborted(self, operation: Node, function: Node) -> None:
        """Write a function of a failed transaction that never ran."""
        node = self._head(operation, function, "aborted")
        self._errors(node, FunctionError(ROLLED_BACK))

    def to_bytes(self) -> bytes:
        """Give the document, indented unless the request asked for no white space."""
        if self._pretty:
            etree.indent(self.root)
        written: bytes = etree.tostring(self.root, encoding="UTF-8", xml_declaration=True)
        return written

    def _head(self, operation: Node, function: Node, status: str) -> Node:
        node = put(operation, "result")
        put(node, "status", status)
        put(node, "function", str(function[0].tag))
        put(node, "controlid", function.get("controlid", ""))
        return node

    def _data(self, node: Node, outcome: Outcome) -> None:
        data = put(node, "data", **outcome.attributes)
        for row in outcome.rows:
            data.append(row)

    def _errors(self, parent: Node, failure: GatewayError) -> None:
        add_errors(parent, failure, detailed=self._detailed, support_id=self._support_id)
