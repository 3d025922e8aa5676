"""How much of the product a history goes through: use cases alone, or handlers and clients too."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from intacct.capabilities import CAPABILITIES, Protocol


class Way(StrEnum):
    """The way of a history from Lambda to Sage.

    `DIRECT` takes the place of handlers and clients, and is quick. The others go through the
    product's own entry points with their logs, its clients, tokens and XML sessions, and the
    simulator's HTTP server: `REST` with each action in the protocol that serves it by default,
    `XML` with all of them in XML that it offers.
    """

    DIRECT = "direct"
    REST = "rest"
    XML = "xml"

    @property
    def is_http(self) -> bool:
        """Whether requests are made and read by the product's clients."""
        return self is not Way.DIRECT

    @property
    def protocols(self) -> Mapping[str, str]:
        """What a tenant's configuration says of protocols."""
        if self is not Way.XML:
            return {}
        xml = Protocol.XML
        return {a.value: xml.value for a, known in CAPABILITIES.items() if xml in known.offered}
