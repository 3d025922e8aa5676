"""What the demo claims; each is checked against the books, and one that fails ends it with 1."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Check:
    """One claim, whether it is true, and the figures behind it."""

    claim: str
    is_true: bool
    figures: str = ""


@dataclass(slots=True)
class Checks:
    """All claims of one run, in the order they were made."""

    made: list[Check] = field(default_factory=list)

    def equal(self, claim: str, actual: object, expected: object) -> None:
        """Claim that two things are the same."""
        figures = f"{actual}" if actual == expected else f"{actual}, expected {expected}"
        self.made.append(Check(claim, actual == expected, figures))

    def true(self, claim: str, fact: bool, figures: str = "") -> None:  # noqa: FBT001
        """Claim something of which the truth is known."""
        self.made.append(Check(claim, fact, figures))

    @property
    def failed(self) -> list[Check]:
        """The claims that are not true."""
        return [check for check in self.made if not check.is_true]
