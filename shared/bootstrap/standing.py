"""Telling that a tenant's credentials are refused, built on first use."""

from __future__ import annotations

from shared.bootstrap.clock import now
from shared.bootstrap.connections import table
from shared.bootstrap.reviews import reviews
from shared.connections.standing import Standing


def standing() -> Standing:
    """What keeps the one review record of each tenant's connections."""
    return Standing(table(), reviews(), now)
