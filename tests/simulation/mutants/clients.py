"""Defects of the clients that speak to Sage, on the ways that lead through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import patch

import httpx

from intacct.errors import IntacctError, NotSentError, OutcomeUnknownError
from intacct.rest import client as rest_client
from intacct.rest.answers import understood_rows
from intacct.rest.client import RestClient
from intacct.xml import transport as xml_transport
from intacct.xml.gateway import XmlGateway
from tests.simulation.faults import Cell, Fault
from tests.simulation.mutants.mutant import Mutant, Patch
from tests.simulation.ways import Way
from tests.simulation.weather import Weather

_LOST: Mapping[Cell, float] = {
    ("sage.create", Fault.ANSWER_LOST): 0.4,
    ("sage.batch", Fault.ANSWER_LOST): 0.4,
}
_DYING: Mapping[Cell, float] = {
    ("sage.batch", Fault.TOKEN_DEAD): 0.6,
    ("sage.token", Fault.UNAVAILABLE): 0.4,
}
_THROTTLED: Mapping[Cell, float] = {("dynamodb.update", Fault.THROTTLED): 0.4}


def _on(way: Way, odds: Mapping[Cell, float]) -> Weather:
    return Weather(odds, way=way)


def _never_sent(exc: Exception, **_: Any) -> IntacctError:
    return NotSentError(type(exc).__name__)


def _lost_rest_write_counts_as_not_sent() -> Patch:
    return patch.object(rest_client, "transport_error", _never_sent)


def _lost_xml_write_counts_as_not_sent() -> Patch:
    return patch.object(xml_transport, "error_for_transport", _never_sent)


def _broken_answer_counts_as_not_sent() -> Patch:
    def hasty(_status: int, *_: Any, **_more: Any) -> IntacctError:
        message = "no answer that can be read"
        return NotSentError(message)

    return patch.object(xml_transport, "error_for_status", hasty)


def _lost_write_is_repeated_by_the_client() -> Patch:
    send = RestClient._send

    def eager(self: RestClient, request: httpx.Request, *, is_write: bool) -> Any:
        try:
            return send(self, request, is_write=is_write)
        except OutcomeUnknownError:
            return send(self, request, is_write=is_write)

    return patch.object(RestClient, "_send", eager)


def _rows_in_reverse() -> Patch:
    def reversed_(*given: Any, **more: Any) -> Any:
        return understood_rows(*given, **more)[::-1]

    return patch.object(rest_client, "understood_rows", reversed_)


def _store_of_sessions_speaks_for_answers() -> Patch:
    def loud(self: XmlGateway, response: Any, session: Any) -> None:
        until = response.authentication and response.authentication.session_expires_at
        if until:
            self._sessions.seen(session, until)

    return patch.object(XmlGateway, "_note_expiry", loud)


def _renewal_speaks_for_what_was_answered() -> Patch:
    repeated = XmlGateway._repeated

    def loud(self: XmlGateway, functions: Any, entity: str, dead: Any, kind: Any) -> Any:
        self._sessions.renewed(entity, dead)
        return repeated(self, functions, entity, dead, kind)

    return patch.object(XmlGateway, "_repeated", loud)


MUTANTS: Sequence[Mutant] = (
    Mutant(
        "a lost REST write counts as not sent",
        _lost_rest_write_counts_as_not_sent,
        _on(Way.REST, _LOST),
    ),
    Mutant(
        "a lost XML write counts as not sent",
        _lost_xml_write_counts_as_not_sent,
        _on(Way.XML, _LOST),
    ),
    Mutant(
        "a broken XML answer counts as not sent",
        _broken_answer_counts_as_not_sent,
        _on(Way.XML, _LOST),
    ),
    Mutant(
        "the REST client repeats lost writes",
        _lost_write_is_repeated_by_the_client,
        _on(Way.REST, {("sage.batch", Fault.LANDS_LATE): 0.4}),
    ),
    Mutant("rows of a batch in reverse", _rows_in_reverse, _on(Way.REST, {})),
    Mutant(
        "the store of sessions speaks for answers",
        _store_of_sessions_speaks_for_answers,
        _on(Way.XML, _THROTTLED),
    ),
    Mutant(
        "a renewal speaks for what was answered",
        _renewal_speaks_for_what_was_answered,
        _on(Way.XML, _DYING),
    ),
)
