"""What an operator is told instead of a traceback."""

from __future__ import annotations


class OpsError(Exception):
    """The command cannot be carried out; the message is for the person at the terminal."""
