"""Responses of the gateway as the XML reference shows them (§4.3), for the tests of the client."""

from __future__ import annotations

from xml.sax.saxutils import escape

_CONTROL = (
    "<control><status>{status}</status><senderid>s</senderid><controlid>c</controlid>"
    "<uniqueid>false</uniqueid><dtdversion>3.0</dtdversion></control>"
)
_SIGNED_IN = (
    "<authentication><status>success</status><userid>u</userid><companyid>acme</companyid>"
    "<locationid>{entity}</locationid>"
    "<sessiontimestamp>2026-01-15T10:00:00+00:00</sessiontimestamp>"
    "<sessiontimeout>{until}</sessiontimeout></authentication>"
)
UNTIL = "2026-01-15T02:00:00-08:00"


def error(number: str, text: str = "", correction: str = "", more: str = "") -> str:
    return (
        f"<error><errorno>{number}</errorno><description></description>"
        f"<description2>{escape(text)}</description2>"
        f"<correction>{correction}</correction>{more}</error>"
    )


def errors(*entries: str) -> str:
    return f"<errormessage>{''.join(entries)}</errormessage>"


def refused(*entries: str) -> bytes:
    """A failure at the control level."""
    return f"<response>{_CONTROL.format(status='failure')}{errors(*entries)}</response>".encode()


def shut_out(*entries: str) -> bytes:
    """A failure at the authentication level."""
    return (
        f"<response>{_CONTROL.format(status='success')}<operation><authentication>"
        "<status>failure</status><userid></userid><companyid></companyid></authentication>"
        f"{errors(*entries)}</operation></response>"
    ).encode()


def answered(*results: str, until: str = UNTIL, entity: str = "") -> bytes:
    """A response with results."""
    signed_in = _SIGNED_IN.format(until=until, entity=entity)
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><response>{_CONTROL.format(status='success')}"
        f"<operation>{signed_in}{''.join(results)}</operation></response>"
    ).encode()


def done(control_id: str, *, key: str = "", data: str = "", function: str = "create") -> str:
    """The result of a function that was carried out."""
    key = f"<key>{key}</key>" if key else ""
    return (
        f"<result><status>success</status><function>{function}</function>"
        f"<controlid>{control_id}</controlid>{key}{data}</result>"
    )


def failed(control_id: str, *entries: str, status: str = "failure", data: str = "") -> str:
    """The result of a function that was not."""
    return (
        f"<result><status>{status}</status><function>create</function>"
        f"<controlid>{control_id}</controlid>{data}{errors(*entries)}</result>"
    )
