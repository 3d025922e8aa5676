"""A parser for documents from the network: no entities, no DTD, bounded in size and depth."""

from __future__ import annotations

from lxml import etree

from intacct.xml.elements import Element

SIZE_MAX_BYTES = 20 * 1024 * 1024
DEPTH_MAX = 64

_too_deep = etree.XPath("/*" * (DEPTH_MAX + 1))


class MalformedAnswerError(ValueError):
    """The bytes are no XML document that we are willing to read; the message never quotes them."""


def parse_document(content: bytes) -> Element:
    """The root element of a document.

    Raises:
        MalformedAnswerError: no well-formed XML, too large, too deep, or with a document type.
    """
    if len(content) > SIZE_MAX_BYTES:
        message = "the document is larger than any answer we ask for"
        raise MalformedAnswerError(message)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        message = "the document is no well-formed XML"
        raise MalformedAnswerError(message) from None
    refuse_document_type(root)
    if _too_deep(root):
        message = "the document is nested deeper than any answer we ask for"
        raise MalformedAnswerError(message)
    return root


def refuse_document_type(root: Element) -> None:
    """Refuse a document that declares a type: Sage never sends one, attackers do.

    lxml with all its guards still accepts a DOCTYPE silently (reliability §9 G6).

    Raises:
        MalformedAnswerError: there is a document type declaration.
    """
    docinfo = root.getroottree().docinfo
    if docinfo.doctype:  # type: ignore[attr-defined]  # lxml-stubs 0.5 does not know it
        message = "the document declares a document type"
        raise MalformedAnswerError(message)


def looks_like_xml(content: bytes) -> bool:
    """Whether a body is to be read as a response, whatever its status and header say (§2.1)."""
    start = content[:256].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith((b"<?xml", b"<response"))
