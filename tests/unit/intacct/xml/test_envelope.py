from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from intacct.xml.elements import add, clean, element
from intacct.xml.envelope import (
    CONTROL_ID_MAX,
    Function,
    Login,
    SenderCredentials,
    SessionId,
    UserCredentials,
    build_request,
    parse_response,
)
from tests.unit.intacct.xml.answers import answered, done, error, failed, refused, shut_out

SENDER = SenderCredentials("acme_sender", "sender-secret")
USER = UserCredentials("acme-corp", "ws_connector", "user-secret")

SIGN_IN = (
    "<request><control><senderid>acme_sender</senderid><password>sender-secret</password>"
    "<controlid>conn-1</controlid><uniqueid>false</uniqueid><dtdversion>3.0</dtdversion>"
    "<includewhitespace>false</includewhitespace>"
    "<showadditionalerrorinfo>true</showadditionalerrorinfo></control>"
    '<operation transaction="false"><authentication><login><userid>ws_connector</userid>'
    "<companyid>acme-corp</companyid><password>user-secret</password>"
    "<locationid>US100</locationid></login></authentication>"
    '<content><function controlid="sess-1"><getAPISession/></function></content>'
    "</operation></request>"
)


def canonical(document: bytes) -> str:
    return etree.tostring(etree.fromstring(document), encoding="unicode")


def test_a_sign_in_has_its_elements_in_schema_order() -> None:
    document = build_request(
        [Function("sess-1", element("getAPISession"))],
        sender=SENDER,
        authentication=Login(USER, "US100"),
        control_id="conn-1",
        unique_id=False,
    )

    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    assert canonical(document) == SIGN_IN


def test_a_write_in_a_session_is_unique_and_may_be_a_transaction() -> None:
    functions = [Function("one", element("create")), Function("two", element("create"))]

    document = build_request(
        functions,
        sender=SENDER,
        authentication=SessionId("AbC.."),
        control_id="c",
        unique_id=True,
        transaction=True,
    )

    root = etree.fromstring(document)
    assert root.findtext("control/uniqueid") == "true"
    assert root.find("operation[@transaction='true']") is not None
    assert root.findtext("operation/authentication/sessionid") == "AbC.."
    ids = [entry.get("controlid") for entry in root.iterfind("operation/content/function")]
    assert ids == ["one", "two"]


def test_the_top_level_names_no_entity() -> None:
    document = build_request(
        [Function("s", element("getAPISession"))],
        sender=SENDER,
        authentication=Login(USER),
        control_id="c",
        unique_id=False,
    )

    assert etree.fromstring(document).find(".//locationid") is None


def test_the_same_functions_can_be_sent_twice() -> None:
    function = Function("f", element("create"))
    add(function.element, "CUSTOMER")

    def sent() -> bytes:
        return build_request(
            [function],
            sender=SENDER,
            authentication=SessionId("s"),
            control_id="c",
            unique_id=True,
        )

    assert sent() == sent()


@pytest.mark.parametrize("control_id", ["", "x" * (CONTROL_ID_MAX + 1)])
def test_a_control_id_that_sage_would_refuse_is_refused_here(control_id: str) -> None:
    with pytest.raises(ValueError, match="control id"):
        Function(control_id, element("create"))


def test_text_that_xml_cannot_carry_is_stripped_and_markup_escaped() -> None:
    node = element("NAME", "A\x00d\x08a \ud800& <Sons>\ufffe\tx")

    assert etree.tostring(node) == b"<NAME>Ada &amp; &lt;Sons&gt;\tx</NAME>"
    assert clean("plain ünïcode 😀") == "plain ünïcode 😀"


def test_no_secret_is_in_a_repr() -> None:
    shown = f"{SENDER!r} {Login(USER)!r} {SessionId('AbC..')!r}"

    assert not [secret for secret in ("sender-secret", "user-secret", "AbC") if secret in shown]


def test_a_successful_answer_is_read_at_three_levels() -> None:
    data = '<data listtype="objects" count="1"><glbatch><RECORDNO>501</RECORDNO></glbatch></data>'
    response = parse_response(answered(done("f1", data=data), done("f2", key="Sales Order-SO12")))

    assert response.is_read
    assert response.is_authenticated
    assert response.authentication is not None
    assert response.authentication.session_expires_at == datetime(2026, 1, 15, 10, tzinfo=UTC)
    first, second = response.results
    assert (first.rows[0].tag, first.rows[0].findtext("RECORDNO")) == ("glbatch", "501")
    assert first.count("count") == 1
    assert second.key == "Sales Order-SO12"
    assert second.count("count") == 0


def test_the_place_of_the_errors_tells_their_level() -> None:
    control = parse_response(refused(error("XL03000003", "bad")))
    authentication = parse_response(shut_out(error("XL03000006", "bad")))
    result = parse_response(answered(failed("f", error("BL34000061", "bad"))))

    assert not control.is_read
    assert control.faults.findings[0].code == "XL03000003"
    assert authentication.is_read
    assert not authentication.is_authenticated
    assert authentication.authentication is not None
    assert authentication.authentication.faults.findings[0].code == "XL03000006"
    assert not result.results[0].is_success
    assert result.results[0].faults.findings[0].code == "BL34000061"


def test_the_support_id_is_taken_out_of_the_text() -> None:
    text = "Another Customer already exists [Support ID: lqe%20Z0~X]"
    response = parse_response(answered(failed("f", error("BL34000061", text, "Use another."))))

    faults = response.results[0].faults
    assert faults.findings[0].text == "Another Customer already exists"
    assert faults.findings[0].correction == "Use another."
    assert faults.support_id == "lqe Z0~X"


def test_the_precise_error_id_and_its_target_are_kept() -> None:
    more = (
        "<additionalinfo><errorid>GL-0493</errorid><category/>"
        "<target object='GLACCOUNT' field='ACCOUNTNO'/></additionalinfo>"
    )
    response = parse_response(answered(failed("f", error("BL01001973", "x", more=more))))

    faults = response.results[0].faults
    assert faults.error_ids == ("GL-0493",)
    assert faults.findings[0].target == "GLACCOUNT.ACCOUNTNO"


def test_a_dead_sessions_id_is_not_kept() -> None:
    response = parse_response(shut_out(error("XL03000006", "Invalid session SECRETID.. now")))

    assert "SECRETID" not in repr(response)


@pytest.mark.parametrize("timeout", ["", "soon", "2026-01-15T10:00:00"])
def test_a_timeout_that_is_missing_or_odd_is_no_failure(timeout: str) -> None:
    response = parse_response(answered(done("f"), until=timeout))

    assert response.authentication is not None
    expires_at = response.authentication.session_expires_at
    assert expires_at is None or expires_at.tzinfo is UTC
