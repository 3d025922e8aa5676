"""The books: records, sub-ledgers and the general ledger, said in neither protocol."""
