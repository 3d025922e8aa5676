"""`python -m tests.simulation`: live many histories, or one again by its seed."""

from __future__ import annotations

import sys

from tests.simulation.command import main

sys.exit(main(sys.argv[1:]))
