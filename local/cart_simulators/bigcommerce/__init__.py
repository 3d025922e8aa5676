"""BigCommerce on loopback: orders of V2, transactions and refunds of V3, signed webhooks."""
