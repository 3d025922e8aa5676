"""Sage Intacct as a client sees it: documents, errors, and both protocols as one set of actions."""
