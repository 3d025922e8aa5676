"""`make paging`: many histories of orders and of products, of every cart that is simulated."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.paging.clients import CONNECT
from tests.paging.history import LostError, PagingHistory
from tests.paging.products import ProductHistory

_HISTORIES: dict[str, type[PagingHistory | ProductHistory]] = {
    "orders": PagingHistory,
    "products": ProductHistory,
}


def lived(what: str, cart: str, seeds: Sequence[int]) -> list[str]:
    """What was lost, doubled or wrong in these histories of a cart."""
    found = []
    for seed in seeds:
        try:
            _HISTORIES[what](cart, seed).live()
        except LostError as exc:
            found.append(f"{cart}, {what}, seed {seed}: {exc}")
    return found


def main(arguments: Sequence[str]) -> int:
    """Live the histories; 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.paging", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="histories of each cart")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--cart", choices=sorted(CONNECT), action="append", help="only this one")
    parser.add_argument("--of", choices=_HISTORIES, action="append", help="only of these")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    lost: list[str] = []
    carts = options.cart or list(CONNECT)
    kinds = options.of or list(_HISTORIES)
    seeds = range(options.first, options.first + options.seeds)
    chunks = [seeds[at : at + 25] for at in range(0, len(seeds), 25)]
    with ProcessPoolExecutor(options.jobs) as pool:
        for what, cart in ((what, cart) for what in kinds for cart in carts):
            for part in pool.map(lived, [what] * len(chunks), [cart] * len(chunks), chunks):
                lost += part
            told = f"{cart}, {what}: {len(seeds)} histories, {len(lost)} with a loss so far\n"
            sys.stdout.write(told)
            sys.stdout.flush()
    seconds = time.perf_counter() - started
    sys.stdout.write("".join(f"{line}\n" for line in lost[:20]))
    total = len(seeds) * len(carts) * len(kinds)
    sys.stdout.write(f"{total} histories, {len(lost)} with a loss, {seconds:.0f} s\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
