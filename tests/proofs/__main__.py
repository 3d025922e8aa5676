"""`make proofs`: live many seeded histories and prove each; ends with 1 if a proof was wrong."""

from __future__ import annotations

import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Annotated

import typer

from tests.proofs.days import BrokenProofError, History


def lived(seed: int) -> tuple[str, str]:
    """Live one seed; what was planted, and what was wrong, if anything was."""
    history = History(seed)
    try:
        history.live()
    except BrokenProofError as error:
        return history.planted, str(error)
    return history.planted, ""


def main(
    seeds: Annotated[int, typer.Option(help="How many.")] = 2000,
    first: Annotated[int, typer.Option(help="The first one.")] = 0,
    jobs: Annotated[int, typer.Option(help="Processes at once.")] = 2,
) -> None:
    """Live seeded histories."""
    started = time.monotonic()
    planted: Counter[str] = Counter()
    wrong = []
    with ProcessPoolExecutor(jobs) as workers:
        for plant, failure in workers.map(lived, range(first, first + seeds), chunksize=8):
            planted[plant or "nothing to plant in"] += 1
            if failure:
                wrong.append(failure)
                sys.stdout.write(f"{failure}\n")
    told = ", ".join(f"{count} {plant}" for plant, count in sorted(planted.items()))
    seconds = time.monotonic() - started
    sys.stdout.write(f"{seeds} histories in {seconds:.0f} s: {told}; {len(wrong)} wrong\n")
    if wrong:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
