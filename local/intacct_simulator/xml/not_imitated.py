"""Functions of the gateway that this simulator knows by name and does not carry out.

They fail alone, as a function does that the company has no use of, and not the whole request.
"""

from __future__ import annotations

from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.failures import PROCESSING, Fault, FunctionError

NAMES = (
    "consolidate",
    "create_aradjustmentbatch",
    "create_arpaymentbatch",
    "create_expensereport",
    "create_invoicebatch",
    "create_potransaction",
    "create_reimbursementrequest",
    "create_whtransfer",
    "get_accountbalances",
    "get_trialbalance",
    "installApp",
    "readEntityDetails",
    "readRelated",
    "readReport",
    "readView",
    "record_cctransaction",
    "record_deposit",
    "record_otherreceipt",
    "retrievepdf",
)


def refuse(call: Call) -> Outcome:
    """Refuse the function.

    Raises:
        FunctionError: always.
    """
    text = f"The function {call.node.tag} is not imitated by this simulator."
    raise FunctionError(Fault(PROCESSING, text))
