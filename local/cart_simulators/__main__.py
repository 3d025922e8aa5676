"""Start one simulated cart: `python -m local.cart_simulators --cart shopify --port 0`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import Sequence

from local.cart_simulators.registry import CARTS, simulator
from local.cart_simulators.serving import LOOPBACK, config, listener
from local.intacct_simulator.__main__ import AnnouncingServer


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m local.cart_simulators", description="A cart's API on loopback."
    )
    parser.add_argument("--cart", required=True, choices=sorted(CARTS))
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port (default)")
    parser.add_argument("--host", default=LOOPBACK, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="of all trouble (default: 0)")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal ends it; the first line says where, and what opens the API."""
    options = arguments(argv)
    cart = simulator(options.cart, seed=options.seed)
    try:
        bound = listener(options.host, options.port)
    except OSError as exc:
        place = f"{options.host}:{options.port}"
        print(f"cannot listen on {place}: {exc.strerror}", file=sys.stderr)
        return 1
    base_url = f"http://{options.host}:{bound.getsockname()[1]}"
    known = {"cart": cart.name, "base_url": base_url, "account": cart.account}
    line = json.dumps({**known, "secret": cart.secret(), "admin_url": f"{base_url}/_cart/"})
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(AnnouncingServer(config(cart), line).serve(sockets=[bound]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
