"""Where a ledger line comes from: its orders, refunds, fees, rules and archived documents."""
