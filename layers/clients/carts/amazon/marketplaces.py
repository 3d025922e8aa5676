"""Amazon's marketplaces: their currency, the region that serves them, and how they price tax."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Region(StrEnum):
    """The API of a region serves its marketplaces only (carts reference §7.1)."""

    NORTH_AMERICA = "na"
    EUROPE = "eu"
    FAR_EAST = "fe"


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One of Amazon's sites; a cancelled order states no amount to take the currency from."""

    currency: str
    region: Region


MARKETPLACES = {
    "ATVPDKIKX0DER": Marketplace("USD", Region.NORTH_AMERICA),
    "A2EUQ1WTGCTBG2": Marketplace("CAD", Region.NORTH_AMERICA),
    "A1AM78C64UM0Y8": Marketplace("MXN", Region.NORTH_AMERICA),
    "A2Q3Y263D00KWC": Marketplace("BRL", Region.NORTH_AMERICA),
    "A1F83G8C2ARO7P": Marketplace("GBP", Region.EUROPE),
    "A1PA6795UKMFR9": Marketplace("EUR", Region.EUROPE),
    "A13V1IB3VIYZZH": Marketplace("EUR", Region.EUROPE),
    "APJ6JRA9NG5V4": Marketplace("EUR", Region.EUROPE),
    "A1RKKUPIHCS9HC": Marketplace("EUR", Region.EUROPE),
    "A1805IZSGTT6HS": Marketplace("EUR", Region.EUROPE),
    "AMEN7PMS3EDWL": Marketplace("EUR", Region.EUROPE),
    "A28R8C7NBKEWEA": Marketplace("EUR", Region.EUROPE),
    "A2NODRKZP88ZB9": Marketplace("SEK", Region.EUROPE),
    "A1C3SOZRARQ6R3": Marketplace("PLN", Region.EUROPE),
    "A33AVAJ2PDY3EV": Marketplace("TRY", Region.EUROPE),
    "A2VIGQ35RCS4UG": Marketplace("AED", Region.EUROPE),
    "A17E79C6D8DWNP": Marketplace("SAR", Region.EUROPE),
    "ARBP9OOSHTCHU": Marketplace("EGP", Region.EUROPE),
    "AE08WJ6YKNBMC": Marketplace("ZAR", Region.EUROPE),
    "A21TJRUUN4KGV": Marketplace("INR", Region.EUROPE),
    "A1VC38T7YXB528": Marketplace("JPY", Region.FAR_EAST),
    "A39IBJ37TRP1C6": Marketplace("AUD", Region.FAR_EAST),
    "A19VAU5U5O7RUS": Marketplace("SGD", Region.FAR_EAST),
}
"""The marketplaces whose currency is known, by Amazon's id."""

TAX_ON_TOP = frozenset({"ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"})
"""Marketplaces whose prices never hold tax; elsewhere a missing TAX breakdown hides it (§7.4)."""
