"""Functions of the gateway that this simulator knows by name and does not carry out.

They fail alone, as a function does that the company has no use of, and not the whole request.
"""

from __future__ import annotations

from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.failures import PROCESSING, Fault, FunctionError

NAMES = (
    "approve",
    "approve_potransaction",
    "approve_timesheet",
    "cancel_contract",
    "consolidate",
    "create_apadjustment",
    "create_apadjustmentbatch",
    "create_appaymentrequest",
    "create_bill",
    "create_billbatch",
    "create_expenseadjustmentreport",
    "create_expensereport",
    "create_expensereportbatch",
    "create_glbatch",
    "create_potransaction",
    "create_reimbursementrequest",
    "create_statgltransaction",
    "create_whtransfer",
    "decline",
    "decline_potransaction",
    "decline_timesheet",
    "delete_apadjustment",
    "delete_bill",
    "delete_expenseadjustmentreport",
    "delete_expensereport",
    "delete_potransaction",
    "delete_warehouse",
    "get_accountbalances",
    "get_accountbalancesbydimensions",
    "get_trialbalance",
    "getDdsDdl",
    "getDdsObjects",
    "getDimensionAutofillDetails",
    "getDimensionRelationships",
    "getDimensionRestrictedData",
    "getDimensionRestrictions",
    "hold",
    "holdContractLine",
    "installApp",
    "readRelated",
    "readReport",
    "readView",
    "record_cctransaction",
    "record_otherreceipt",
    "resume",
    "resumeContractLine",
    "retrievepdf",
    "reverse_appayment",
    "reverse_bill",
    "reverse_cctransaction",
    "reverse_expensereport",
    "runDdsJob",
    "update_bill",
    "update_cctransaction",
    "update_ictransaction",
    "update_potransaction",
)


def refuse(call: Call) -> Outcome:
    """Refuse the function.

    Raises:
        FunctionError: always.
    """
    text = f"The function {call.node.tag} is not imitated by this simulator."
    raise FunctionError(Fault(PROCESSING, text))
