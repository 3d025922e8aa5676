"""No failure of a connection shows what it signs in with."""

from __future__ import annotations

import traceback

import pytest

from intacct.errors import IntacctError
from shared.bootstrap import books as bootstrap
from tests.contract.connections_rig import BATCH, ORDER, World, world

__all__ = ["world"]


@pytest.mark.parametrize("mishap", ["500-before", "500-after", "drop-after", "html", "truncated"])
def test_no_failure_shows_a_token_a_session_or_a_password(
    world: World, mishap: str, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = world.simulator.secret()
    hidden = [secret[name] for name in secret if "secret" in name or "password" in name]
    hidden.append(bootstrap.tokens(world.tenant).current())
    hidden.append(bootstrap.sessions(world.tenant).current("100").id)
    world.simulator.post("faults", {"mishap": mishap, "times": 0})
    shown = []
    for document in (ORDER, BATCH):
        for act in (world.create, world.books().find):
            with pytest.raises(IntacctError) as caught:
                act(document)
            shown.append("".join(traceback.format_exception(caught.value)))
            shown.append(f"{caught.value!r} {caught.value.findings}")
    with pytest.raises(IntacctError) as caught:
        bootstrap.tokens(world.tenant).renewed(rejected=hidden[-2])
    shown.append("".join(traceback.format_exception(caught.value)))

    printed = capsys.readouterr()
    everything = "".join([*shown, printed.out, printed.err])
    assert [one for one in hidden if one in everything] == []
    assert len(hidden) == 5
