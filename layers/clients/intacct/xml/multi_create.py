"""One `create` with many masters: cheaper than many functions, and it can succeed in part (§4.5).

A recorded answer of Sage's: the second of two is a duplicate, the status is a failure, and the
first one exists. So the rows are read whatever the status says.
"""

from __future__ import annotations

from collections.abc import Sequence

from intacct.documents import DocumentResult
from intacct.errors import IntacctError, NotSentError
from intacct.masters import Master
from intacct.xml.batches import Outcome, without_key
from intacct.xml.elements import Element, element, text_at
from intacct.xml.envelope import FunctionResult
from intacct.xml.error_table import Level, error_for
from intacct.xml.master_fields import object_of
from intacct.xml.masters import create_master

OBJECTS_MAX = 100  # per create (§7.1)


def create_together(masters: Sequence[Master]) -> Element:
    """A `create` of many masters, of mixed kinds if need be.

    Raises:
        ValueError: there is none, or there are more than a hundred.
        CustomFieldError: a custom field's name can be none.
    """
    if not 1 <= len(masters) <= OBJECTS_MAX:
        message = f"a create takes 1 to {OBJECTS_MAX} objects"
        raise ValueError(message)
    function = element("create")
    for master in masters:
        function.extend(list(create_master(master)))
    return function


def read_together(result: FunctionResult, masters: Sequence[Master]) -> list[Outcome]:
    """What became of each master, in the order of the request.

    Those that the answer names exist. Of the others the first has the refusal; what stands behind
    it was not reached and may be sent again under a new control id.
    """
    made = _made(result.rows)
    keys = [made.get((object_of(each)[0].lower(), each.id), "") for each in masters]
    refusal = _refusal(result)
    if refusal is None:
        return [
            DocumentResult(key=key, id=each.id) if key else without_key(result.control_id)
            for key, each in zip(keys, masters, strict=True)
        ]
    missing = [index for index, key in enumerate(keys) if not key]
    stopped = bool(missing) and not any(keys[missing[0] :])
    return [
        DocumentResult(key=key, id=each.id)
        if key
        else _of_missing(refusal, is_first=index == missing[0], stopped=stopped)
        for index, (key, each) in enumerate(zip(keys, masters, strict=True))
    ]


def _made(rows: Sequence[Element]) -> dict[tuple[str, str], str]:
    """Record numbers by kind and id, of the rows that name records."""
    found = {}
    for row in rows:
        key = text_at(row, "RECORDNO")
        for field in row:
            if key and field.tag != "RECORDNO":
                found[str(row.tag).lower(), (field.text or "").strip()] = key
    return found


def _refusal(result: FunctionResult) -> IntacctError | None:
    """What Sage said of the first master that is not there; None for a plain success."""
    if result.is_success:
        return None
    if result.rows or result.error is None:
        return error_for(result.faults, Level.RESULT, is_write=True, control_id=result.control_id)
    return result.error


def _of_missing(refusal: IntacctError, *, is_first: bool, stopped: bool) -> IntacctError:
    if is_first or not stopped:
        return refusal
    message = "not carried out, because an object before it in the same create was refused"
    return NotSentError(message, control_id=refusal.control_id)
