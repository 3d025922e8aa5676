"""What the product does: facts of orders, the planner, the ledger, and the use cases."""
