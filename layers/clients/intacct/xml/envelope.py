"""The envelope around functions: what is sent, and the three levels at which an answer can fail.

XML reference §3 (request) and §4 (response). Pure functions; the gateway does the sending.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from lxml import etree

from intacct.errors import IntacctError, SageFinding
from intacct.xml.elements import Element, add, element, instant_from, text_at, truth_text
from intacct.xml.parsing import MalformedAnswerError, parse_document

CONTROL_ID_MAX = 256
_DTD_VERSION = "3.0"
_SUPPORT_ID = re.compile(r"\s*\[\s*Support ID:\s*([^\]]*)\]", re.IGNORECASE)
# A dead session is named in full by its own error: it is still a secret of another caller.
_SESSION_IN_TEXT = re.compile(r"(invalid session)\b.*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Function:
    """One function element and its control id: the id that `uniqueid` compares (§6.1)."""

    control_id: str
    element: Element

    def __post_init__(self) -> None:
        """Refuse an id that the gateway would refuse."""
        if not 1 <= len(self.control_id) <= CONTROL_ID_MAX:
            message = "a function's control id has 1 to 256 characters"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class SenderCredentials:
    """The software vendor's Web Services sender, part of every request."""

    sender_id: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UserCredentials:
    """The Web Services user of one company; used only to open sessions (§5.4)."""

    company_id: str
    user_id: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Login:
    """Authentication by user and password, at an entity or, with an empty one, at the top."""

    user: UserCredentials
    entity: str = ""


@dataclass(frozen=True, slots=True)
class SessionId:
    """Authentication by a session."""

    id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Faults:
    """The errors of one level: entries as Sage gave them, and the support id taken out of them."""

    findings: tuple[SageFinding, ...] = ()
    support_id: str = ""

    @property
    def error_ids(self) -> tuple[str, ...]:
        """The finer numbers of the entries that have one (§8.3)."""
        return tuple(finding.error_id for finding in self.findings if finding.error_id)


@dataclass(frozen=True, slots=True)
class AuthenticationAnswer:
    """The second level: who the request was, and until when its session now lives (UTC)."""

    status: str
    user_id: str = ""
    company_id: str = ""
    entity: str = ""
    session_expires_at: datetime | None = None
    faults: Faults = Faults()


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """The third level: one function's result.

    `rows` are the children of `data`; they may be there even when the status is a failure, and then
    they exist in the books (§4.5). `error` is set by the gateway where the status is no success.
    """

    status: str
    function: str
    control_id: str
    key: str = ""
    rows: tuple[Element, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    faults: Faults = Faults()
    error: IntacctError | None = None

    @property
    def is_success(self) -> bool:
        """Whether the function was carried out; any other word counts as a failure (§1.5)."""
        return self.status == "success"

    def checked(self) -> FunctionResult:
        """The result itself.

        Raises:
            IntacctError: the function was not carried out; the class says what may be done next.
        """
        if self.error is not None:
            raise self.error
        return self

    def count(self, name: str) -> int:
        """A number among the attributes of `data`, zero when it is missing or none."""
        text = self.attributes.get(name, "")
        return int(text) if text.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer: control level, authentication level, results in the order of the request."""

    control_status: str
    control_id: str = ""
    faults: Faults = Faults()
    authentication: AuthenticationAnswer | None = None
    results: tuple[FunctionResult, ...] = ()

    @property
    def is_read(self) -> bool:
        """Whether the gateway accepted the envelope: otherwise nothing ran."""
        return self.control_status == "success"

    @property
    def is_authenticated(self) -> bool:
        """Whether the login or session was accepted: otherwise nothing ran."""
        return self.authentication is not None and self.authentication.status == "success"


def build_request(
    functions: Sequence[Function],
    *,
    sender: SenderCredentials,
    authentication: Login | SessionId,
    control_id: str,
    unique_id: bool,
    transaction: bool = False,
) -> bytes:
    """A request document in UTF-8, its elements in the order that the schema fixes (§3.1)."""
    request = element("request")
    control = add(request, "control")
    add(control, "senderid", sender.sender_id)
    add(control, "password", sender.password)
    add(control, "controlid", control_id)
    add(control, "uniqueid", truth_text(unique_id))
    add(control, "dtdversion", _DTD_VERSION)
    add(control, "includewhitespace", "false")
    add(control, "showadditionalerrorinfo", "true")
    operation = add(request, "operation", transaction=truth_text(transaction))
    _add_authentication(operation, authentication)
    content = add(operation, "content")
    for function in functions:
        add(content, "function", controlid=function.control_id).append(function.element)
    written: bytes = etree.tostring(request, encoding="UTF-8", xml_declaration=True)
    # lxml moves elements: hand them back, so that the same functions can be sent once more.
    for function in functions:
        parent = function.element.getparent()
        if parent is not None:
            parent.remove(function.element)
    return written


def _add_authentication(operation: Element, authentication: Login | SessionId) -> None:
    place = add(operation, "authentication")
    if isinstance(authentication, SessionId):
        add(place, "sessionid", authentication.id)
        return
    login = add(place, "login")
    add(login, "userid", authentication.user.user_id)
    add(login, "companyid", authentication.user.company_id)
    add(login, "password", authentication.user.password)
    if authentication.entity:
        add(login, "locationid", authentication.entity)


def parse_response(content: bytes) -> Response:
    """Read an answer of the gateway.

    Raises:
        MalformedAnswerError: it is no XML, no response, or unsafe to read.
    """
    return response_of(parse_document(content))


def response_of(root: Element) -> Response:
    """Read an answer that is parsed already.

    Raises:
        MalformedAnswerError: it is no response.
    """
    if root.tag != "response":
        message = "the document is no response"
        raise MalformedAnswerError(message)
    control = root.find("control")
    if control is None:
        message = "the response has no control element"
        raise MalformedAnswerError(message)
    operation = root.find("operation")
    return Response(
        control_status=text_at(control, "status"),
        control_id=text_at(control, "controlid"),
        faults=faults_of(root),
        authentication=authentication_of(operation),
        results=()
        if operation is None
        else tuple(_result_of(result) for result in operation.iterfind("result")),
    )


def authentication_of(operation: Element | None) -> AuthenticationAnswer | None:
    """The authentication level of an answer, None where the answer did not get that far."""
    place = None if operation is None else operation.find("authentication")
    if operation is None or place is None:
        return None
    return AuthenticationAnswer(
        status=text_at(place, "status"),
        user_id=text_at(place, "userid"),
        company_id=text_at(place, "companyid"),
        entity=text_at(place, "locationid"),
        session_expires_at=instant_from(text_at(place, "sessiontimeout")),
        faults=faults_of(operation),
    )


def _result_of(result: Element) -> FunctionResult:
    # One walk over the parts: a request of a hundred functions has as many results.
    parts = {part.tag: part for part in reversed(result)}
    data = parts.get("data")

    def text(name: str) -> str:
        part = parts.get(name)
        return "" if part is None else (part.text or "").strip()

    return FunctionResult(
        status=text("status"),
        function=text("function"),
        control_id=text("controlid"),
        key=text("key"),
        rows=() if data is None else tuple(data),
        attributes={} if data is None else {str(k): str(v) for k, v in data.attrib.items()},
        faults=faults_of(result) if "errormessage" in parts else Faults(),
    )


def faults_of(parent: Element) -> Faults:
    """The errors that are children of `parent`: the place of an `errormessage` tells its level."""
    errors = parent.findall("errormessage/error")
    if not errors:
        return Faults()
    findings = []
    support_id = ""
    for error in errors:
        finding, support = _finding_of(error)
        findings.append(finding)
        support_id = support_id or support
    return Faults(tuple(findings), support_id)


def _finding_of(error: Element) -> tuple[SageFinding, str]:
    spoken = [text_at(error, "description"), text_at(error, "description2")]
    text = ": ".join(part for part in spoken if part)
    found = _SUPPORT_ID.search(text)
    text = _SESSION_IN_TEXT.sub(r"\1", _SUPPORT_ID.sub("", text)).strip()
    target = error.find("additionalinfo/target")
    named = [] if target is None else [target.get("object"), target.get("field")]
    finding = SageFinding(
        code=text_at(error, "errorno"),
        text=text,
        correction=_SUPPORT_ID.sub("", text_at(error, "correction")).strip(),
        target=".".join(part for part in named if part),
        error_id=text_at(error, "additionalinfo/errorid"),
    )
    return finding, unquote(found.group(1)).strip() if found else ""
