"""Sage Intacct as a client sees it: documents, errors, and both protocols behind one set of actions."""
