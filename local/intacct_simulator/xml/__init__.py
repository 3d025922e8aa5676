"""The XML gateway of the simulated Sage Intacct: envelope, sessions, functions, over the books."""
