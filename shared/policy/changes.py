"""How far what happens in Sage is followed, as plain data.

Standard library only. What becomes of a record that is gone is said where it is configured:
`when_deleted` of a store's customers, `unknown_sku` of its items; documents wait for a person.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """How changes in Sage are followed.

    Attributes:
        is_polled: whether Sage is asked for changes and compared with what we know at all.
        gone_at_once: as many records of a kind and entity as may be found gone in one comparison
            without a person, whatever their share.
        gone_percent: the share of those compared that may be gone without a person, where that is
            more.
    """

    is_polled: bool = True
    gone_at_once: int = 20
    gone_percent: int = 2

    def __post_init__(self) -> None:
        """Refuse bounds that bound nothing.

        Raises:
            ValueError: with all that is wrong.
        """
        wrong = []
        if self.gone_at_once < 0:
            wrong.append("gone_at_once: at least 0")
        if not 0 <= self.gone_percent <= 50:  # noqa: PLR2004  # more than half is no exception
            wrong.append("gone_percent: 0 to 50")
        if wrong:
            raise ValueError("; ".join(wrong))
