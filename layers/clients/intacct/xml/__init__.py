"""The XML gateway of Sage Intacct: envelope, sessions, functions and business actions.

Nothing is imported here, so that code which speaks REST only never pays for lxml.
"""
