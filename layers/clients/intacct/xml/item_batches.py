"""Items made many at a time: a function and a control id for each (XML reference §6, §7.1)."""

from __future__ import annotations

from collections.abc import Sequence

from intacct.documents import DocumentResult
from intacct.errors import IntacctError, RejectedError
from intacct.masters import Item
from intacct.record_checks import refuse_impossible_record
from intacct.xml.batches import Outcome, created_key, without_key
from intacct.xml.envelope import Function, FunctionResult
from intacct.xml.function_batches import FUNCTIONS_MAX, FunctionSender, unsent
from intacct.xml.gateway import XmlGateway
from intacct.xml.masters import create_master


def create_items(
    gateway: XmlGateway, made: Sequence[Item], control_ids: Sequence[str], *, entity: str
) -> list[Outcome]:
    """Create items, a hundred in a request: a result or an error for each, in their order.

    Nothing is sent behind a request that was lost or turned away.

    Raises:
        ValueError: not one control id of its own for each item; not sent.
    """
    if len(control_ids) != len(made) or len(set(control_ids)) != len(control_ids):
        message = "each item needs a control id of its own"
        raise ValueError(message)
    outcomes: dict[str, Outcome] = {}
    functions: list[Function] = []
    for item, control_id in zip(made, control_ids, strict=True):
        try:
            refuse_impossible_record(item)
        except RejectedError as error:
            outcomes[control_id] = error
        else:
            functions.append(Function(control_id, create_master(item)))
    ids = dict(zip(control_ids, (item.id for item in made), strict=True))
    sender, failure = FunctionSender(gateway, entity=entity), None
    for at in range(0, len(functions), FUNCTIONS_MAX):
        part = functions[at : at + FUNCTIONS_MAX]
        if failure is None:
            told, failure = sender.send(part)
        else:
            told = unsent(failure, part)
        outcomes |= {name: _outcome(answer, ids[name]) for name, answer in told.items()}
    return [outcomes[control_id] for control_id in control_ids]


def _outcome(answer: FunctionResult | IntacctError, item: str) -> Outcome:
    if isinstance(answer, IntacctError):
        return answer
    key = created_key(answer)
    return DocumentResult(key=key, id=item) if key else without_key(answer.control_id)
