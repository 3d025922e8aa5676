"""Paths of the objects that tests of the simulator's REST ask for."""

from __future__ import annotations

CUSTOMER = "accounts-receivable/customer"
INVOICE = "accounts-receivable/invoice"
ORDER = "order-entry/document::Sales Order"
