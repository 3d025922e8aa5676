"""The general ledger side: ledger dates and the daily journal of a summary-mode channel."""
