"""Sage Intacct on loopback: REST and XML over one set of books, strict where Sage is strict.

It imports nothing else of this repository and could be published by itself. Start it with
`python -m local.intacct_simulator --port 0`; build it in a test with `server.build(company)`.
"""
