"""`make fuzz`: a million bent documents, bent answers about products, and forged events of Sage."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.fuzz.events import EventsProbe
from tests.fuzz.probe import CARTS, Probe
from tests.fuzz.products import ProductProbe

_CHUNK = 2500
_MOST_SHOWN = 10
_PROBES: dict[str, type[Probe | ProductProbe | EventsProbe]] = {
    "documents": Probe,
    "products": ProductProbe,
    "events": EventsProbe,
}


def probed(kind: str, cart: str, first: int, count: int) -> tuple[int, int, int, list[str]]:
    """How many inputs were refused as documents, held, and read; and what went wrong."""
    probe = _PROBES[kind](cart)
    wrong = []
    for number in range(first, first + count):
        try:
            probe.once(number)
        except Exception as exc:  # noqa: BLE001  # whatever escapes is what is looked for
            place = traceback.extract_tb(exc.__traceback__)[-1]
            told = f"{type(exc).__name__} at {place.filename.rsplit('/', 1)[-1]}:{place.lineno}"
            wrong.append(f"{cart}, {kind}, input {number}: {told}: {str(exc)[:200]}")
    return probe.refused, probe.held, probe.read, wrong


def main(arguments: Sequence[str]) -> int:
    """Probe; 1 when anything escaped or was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, help="over all carts")
    parser.add_argument("--products", type=int, default=40_000, help="bent answers, likewise")
    parser.add_argument("--events", type=int, default=200_000, help="signed and forged, likewise")
    parser.add_argument("--kind", choices=_PROBES, default="documents", help="what --input is")
    parser.add_argument("--first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--cart", choices=CARTS, action="append", help="only this one")
    parser.add_argument("--input", type=int, help="only this one, with its traceback")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes")
    options = parser.parse_args(arguments)
    carts = options.cart or list(CARTS)
    if options.input is not None:
        for cart in carts:
            _PROBES[options.kind](cart).once(options.input)
        return 0
    started = time.perf_counter()
    refused = held = read = total = 0
    wrong: list[str] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for kind in _PROBES:
            inputs = options.inputs if kind == "documents" else getattr(options, kind)
            each = -(-inputs // len(carts))
            total += each * len(carts)
            for cart in carts:
                work = [
                    (kind, cart, options.first + at, min(_CHUNK, each - at))
                    for at in range(0, each, _CHUNK)
                ]
                for done in pool.map(probed, *zip(*work, strict=True)) if work else ():
                    refused, held, read = refused + done[0], held + done[1], read + done[2]
                    wrong += done[3]
                sys.stdout.write(f"{cart}: {each} {kind}, {len(wrong)} wrong so far\n")
                sys.stdout.flush()
    seconds = time.perf_counter() - started
    sys.stdout.write("".join(f"{line}\n" for line in wrong[:_MOST_SHOWN]))
    sys.stdout.write(
        f"{total} inputs: {refused} were refused whole; {read} things were read and {held} held;"
        f" {len(wrong)} wrong, {seconds:.0f} s\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
