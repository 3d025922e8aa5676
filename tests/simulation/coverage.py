"""Which faults struck at which boundaries, as a table; a cell that should not be empty shows."""

from __future__ import annotations

from collections import Counter

from tests.simulation.faults import APPLICABLE, Fault


def table(struck: Counter[tuple[str, Fault]]) -> str:
    """A row per kind of fault, a column per boundary; `.` means that it cannot happen there."""
    boundaries = list(APPLICABLE)
    width = max(len(kind.value) for kind in Fault)
    widths = [max(len(boundary), 6) for boundary in boundaries]
    names = "  ".join(b.rjust(w) for b, w in zip(boundaries, widths, strict=True))
    lines = [" " * width + "  " + names]
    for kind in Fault:
        cells = [
            (str(struck[boundary, kind]) if kind in APPLICABLE[boundary] else ".").rjust(w)
            for boundary, w in zip(boundaries, widths, strict=True)
        ]
        lines.append(kind.value.ljust(width) + "  " + "  ".join(cells))
    return "\n".join(lines)


def empty_cells(struck: Counter[tuple[str, Fault]]) -> list[str]:
    """The cells of the table that nothing struck."""
    return [
        f"{kind.value} at {boundary}"
        for boundary, kinds in APPLICABLE.items()
        for kind in kinds
        if not struck[boundary, kind]
    ]
