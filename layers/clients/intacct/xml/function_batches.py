"""Many functions in one request, each with its own verdict (XML reference §6, §7.1).

A request that is lost makes every function in it unknown; one that is refused unread is sent again
in halves, so that one bad function costs only itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from intacct.errors import IntacctError, NotSentError, OutcomeUnknownError, RejectedError
from intacct.xml.envelope import Function, FunctionResult
from intacct.xml.gateway import XmlGateway
from intacct.xml.matching import renamed

FUNCTIONS_MAX = 100  # community practice; no limit is documented (§7.1, §17 no. 3)

Verdicts = dict[str, FunctionResult | IntacctError]
"""What became of each function, by its control id."""


class FunctionSender:
    """Sends the functions of writes at one entity."""

    def __init__(self, gateway: XmlGateway, *, entity: str) -> None:
        """`entity` is the id of the entity whose books are meant; empty is the top level."""
        self._gateway = gateway
        self._entity = entity

    def send(
        self, functions: Sequence[Function], *, transaction: bool = False
    ) -> tuple[Verdicts, IntacctError | None]:
        """What became of each function of one request, and a failure that forbids to send more.

        With `transaction` all are carried out or none, and nothing is sent in halves.
        """
        if not functions:
            return {}, None
        try:
            results = self._gateway.execute(
                functions, entity=self._entity, is_write=True, transaction=transaction
            )
        except RejectedError as exc:
            # Refused unread, so nothing was carried out: the others are innocent.
            if transaction or len(functions) == 1:
                return {each.control_id: renamed(exc, each.control_id) for each in functions}, None
            return self._halves(functions)
        except IntacctError as exc:
            return {each.control_id: renamed(exc, each.control_id) for each in functions}, exc
        return {result.control_id: result.error or result for result in results}, None

    def _halves(self, functions: Sequence[Function]) -> tuple[Verdicts, IntacctError | None]:
        middle = len(functions) // 2
        sent, failure = self.send(functions[:middle])
        rest = functions[middle:]
        if failure is not None:
            return sent | unsent(failure, rest), failure
        others, failure = self.send(rest)
        return sent | others, failure


def unsent(failure: IntacctError, functions: Sequence[Function]) -> Verdicts:
    """What an earlier request's failure means for functions that were not sent after it."""
    return {each.control_id: _unsent(failure, each.control_id) for each in functions}


def _unsent(failure: IntacctError, control_id: str) -> IntacctError:
    if not isinstance(failure, OutcomeUnknownError):
        return renamed(failure, control_id)
    message = "not sent, because an earlier request of the same batch was lost"
    return NotSentError(message, control_id=control_id)
