"""The states of documents in one set of words, whichever protocol told them.

XML shows labels (`Partially Converted`, XML reference §9.4), REST words (`partiallyConverted`): the
domain knows REST's.
"""

from __future__ import annotations


def state_word(label: str) -> str:
    """A label of XML as the word that REST has for it: `Partially Paid` is `partiallyPaid`."""
    words = label.split()
    if not words:
        return ""
    first, *others = words
    return first.lower() + "".join(word.capitalize() for word in others)
