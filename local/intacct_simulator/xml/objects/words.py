"""Enumerations: the books' word, the label that `query` shows, the code that `readByQuery` wants.

Codes that no source gives are marked as guesses.
"""

from __future__ import annotations

from collections.abc import Mapping

Words = Mapping[str, tuple[str, str]]

STATUS: Words = {"active": ("active", "T"), "inactive": ("inactive", "F")}

SALES_STATE: Words = {
    "draft": ("Draft", "I"),
    "pending": ("Pending", "O"),
    "closed": ("Closed", "D"),
    "inProgress": ("In Progress", "G"),
    "converted": ("Converted", "C"),
    "submitted": ("Submitted", "S"),
    "approved": ("Approved", "A"),
    "partiallyApproved": ("Partially Approved", "X"),
    "declined": ("Declined", "R"),
    "partiallyConverted": ("Partially Converted", "P"),
}

# Only 'A' for posted is documented (§9.3); the other letters are guesses.
RECEIVABLE_STATE: Words = {
    "draft": ("Draft", "D"),
    "posted": ("Posted", "A"),
    "partiallyPaid": ("Partially Paid", "P"),
    "paid": ("Paid", "L"),
    "reversed": ("Reversed", "V"),
    "reversal": ("Reversal", "R"),
}

# Letters are guesses.
PAYMENT_STATE: Words = {
    "draft": ("Draft", "D"),
    "complete": ("Complete", "C"),
    "posted": ("Posted", "A"),
    "partiallyPaid": ("Partially Applied", "P"),
    "paid": ("Paid", "L"),
    "reversed": ("Reversed", "V"),
    "reversal": ("Reversal", "R"),
}

LEDGER_STATE: Words = {
    "draft": ("Draft", "I"),
    "posted": ("Posted", "P"),
    "submitted": ("Submitted", "S"),
    "declined": ("Declined", "R"),
    "partiallyApproved": ("Partially Approved", "X"),
    "reversalPending": ("Reversal pending", "L"),
    "approved": ("Approved", "A"),
    "reversed": ("Reversed", "Z"),
}

SIDE: Words = {"debit": ("1", "1"), "credit": ("-1", "-1")}

PAYMENT_METHOD: Words = {
    "printedCheck": ("Printed Check", "Printed Check"),
    "cash": ("Cash", "Cash"),
    "eft": ("EFT", "EFT"),
    "creditCard": ("Credit Card", "Credit Card"),
    "onlineChargeCard": ("Online Charge Card", "Online Charge Card"),
    "onlineAchDebit": ("Online ACH Debit", "Online ACH Debit"),
    "recordTransfer": ("Record Transfer", "Record Transfer"),
}

MODULE: Words = {
    "generalLedger": ("2.GL", "2.GL"),
    "accountsReceivable": ("4.AR", "4.AR"),
    "orderEntry": ("8.SO", "8.SO"),
    "inventoryControl": ("7.INV", "7.INV"),
    "cashManagement": ("11.CM", "11.CM"),
}

ITEM_TYPE: Words = {
    "inventory": ("Inventory", "I"),
    "nonInventory": ("Non-Inventory", "NI"),
    "purchaseOnlyNonInventory": ("Non-Inventory (Purchase only)", "NP"),
    "salesOnlyNonInventory": ("Non-Inventory (Sales only)", "NS"),
    "kit": ("Kit", "K"),
    "stockableKit": ("Stockable Kit", "SK"),
}

COST_METHOD: Words = {
    "standard": ("Standard", "S"),
    "average": ("Average", "A"),
    "FIFO": ("FIFO", "F"),
    "LIFO": ("LIFO", "L"),
}

RESTRICTION: Words = {
    "unrestricted": ("Unrestricted", "U"),
    "rootOnly": ("RootOnly", "T"),
    "restricted": ("Restricted", "R"),
}

DELIVERY: Words = {
    "print": ("Print", "Print"),
    "email": ("E-Mail", "E-Mail"),
    "both": ("Print#~#E-Mail", "Print#~#E-Mail"),
}

ACCOUNT_TYPE: Words = {
    "balanceSheet": ("balancesheet", "N"),
    "incomeStatement": ("incomestatement", "N"),
    "statistical": ("statistical", "S"),
}

NORMAL_BALANCE: Words = {"debit": ("debit", "1"), "credit": ("credit", "-1")}

CLOSING_TYPE: Words = {
    "nonClosingAccount": ("non-closing account", "N"),
    "closingAccount": ("closing account", "C"),
    "closedToAccount": ("closed to account", "T"),
}

# In `query` ACCESSMODE is a letter, in `readByQuery` a word (§11.3).
REPORT_TYPE: Words = {
    "forPeriod": ("forperiod", "P"),
    "cumulative": ("cumulative", "C"),
}
ACCESS_MODE: Words = {
    "access": ("A", "Access"),
    "modify": ("M", "Modify"),
    "create": ("C", "Create"),
    "delete": ("D", "Delete"),
    "submit": ("W", "Workflow"),
    "reverse": ("W", "Workflow"),
    "workflow": ("W", "Workflow"),
}

TRANSFER_TYPE: Words = {"immediate": ("Immediate", "I")}
DIRECTION: Words = {"in": ("I", "I"), "out": ("O", "O")}
