"""Answers of machinery in front of Sage: error pages of the edge, texts in a document with 200."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from local.intacct_simulator.wire import Answer

RATE_TEXT = "API rate limit exceeded"
OFFLINE_TEXT = "The Service is Temporarily Off-line"
_TITLES = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
    524: "A timeout occurred",
}


def html_page(status: int) -> Answer:
    """Give the page of a gateway or of the edge; 524 leaves open whether the request is done."""
    title = f"{status} {_TITLES[status]}"
    page = (
        f"<html><head><title>{title}</title></head>"
        f"<body><center><h1>{title}</h1></center></body></html>"
    )
    return Answer(status, page.encode(), {"Content-Type": "text/html"})


def gateway_text(functions: Sequence[str], text: str) -> Answer:
    """Give an XML response with HTTP 200 in which each function failed with a text (§7.4)."""
    results = "".join(
        f"<result><status>failure</status><function>{escape(name)}</function><controlid/>"
        f"<errormessage><error><errorno>XL03000009</errorno><description/>"
        f"<description2>{text}</description2><correction>Please Try Again Later</correction>"
        "</error></errormessage></result>"
        for name in functions
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><response><control><status>success</status>'
        "</control><operation><authentication><status>success</status></authentication>"
        f"{results}</operation></response>"
    )
    return Answer(200, document.encode(), {"Content-Type": "text/xml; charset=UTF-8"})
