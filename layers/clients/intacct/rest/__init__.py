"""Sage Intacct's REST API v1: token, client, query service, and one module per document."""
