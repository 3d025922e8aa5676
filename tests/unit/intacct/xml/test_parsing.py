from __future__ import annotations

import time

import pytest

from intacct.xml.envelope import parse_response
from intacct.xml.parsing import DEPTH_MAX, SIZE_MAX_BYTES, MalformedAnswerError, parse_document

BOMB = (
    b"<?xml version='1.0'?><!DOCTYPE response ["
    b"<!ENTITY a 'aaaaaaaaaa'>"
    + b"".join(
        b"<!ENTITY %c '%s'>" % (ord("a") + n, b"&%c;" % (ord("a") + n - 1) * 10)
        for n in range(1, 10)
    )
    + b"]><response>&j;</response>"
)
FILE_THIEF = (
    b"<!DOCTYPE response [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><response>&x;</response>"
)
INCLUDED = (
    b"<response xmlns:xi='http://www.w3.org/2001/XInclude'><control>"
    b"<status><xi:include href='file:///etc/passwd' parse='text'/></status></control></response>"
)


@pytest.mark.parametrize("attack", [BOMB, FILE_THIEF, b"<!DOCTYPE response><response/>"])
def test_a_document_type_is_refused_fast(attack: bytes) -> None:
    started = time.perf_counter()

    with pytest.raises(MalformedAnswerError):
        parse_document(attack)

    assert time.perf_counter() - started < 1


def test_an_include_is_inert() -> None:
    assert parse_response(INCLUDED).control_status == ""


def test_deep_nesting_is_refused() -> None:
    deep = b"<a>" * (DEPTH_MAX + 1) + b"</a>" * (DEPTH_MAX + 1)

    with pytest.raises(MalformedAnswerError, match="deeper"):
        parse_document(deep)


def test_nesting_up_to_the_bound_is_read() -> None:
    assert parse_document(b"<a>" * DEPTH_MAX + b"</a>" * DEPTH_MAX).tag == "a"


def test_a_document_over_the_cap_is_refused_unread() -> None:
    with pytest.raises(MalformedAnswerError, match="larger"):
        parse_document(b"<response>" + b" " * SIZE_MAX_BYTES + b"</response>")


@pytest.mark.parametrize("body", [b"", b"<html><p>", b"<response><control>", b"\x00\x01"])
def test_what_is_no_xml_is_malformed_and_not_quoted(body: bytes) -> None:
    with pytest.raises(MalformedAnswerError) as caught:
        parse_document(body)

    assert "response" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("body", [b"<html/>", b"<response><operation/></response>"])
def test_xml_that_is_no_response_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        parse_response(body)


def test_comments_and_instructions_are_left_out() -> None:
    root = parse_document(b"<response><!-- c --><?pi x?><control>a<!-- c -->b</control></response>")

    assert [child.tag for child in root] == ["control"]
    assert root.findtext("control") == "ab"
