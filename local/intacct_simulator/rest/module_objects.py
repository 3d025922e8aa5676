"""Names, tables and fields of the objects of other modules, for the list of all objects."""

from __future__ import annotations

from local.intacct_simulator.rest.tables import other_modules

MASTERS = (
    ("company-config/employee", "employee", other_modules.EMPLOYEE),
    ("projects/task", "task", other_modules.TASK),
    ("construction/cost-type", "cost_type", other_modules.COST_TYPE),
    ("tax/tax-detail", "tax_detail", other_modules.TAX_DETAIL),
    ("expenses/employee-expense-type", "expense_type", other_modules.EXPENSE_TYPE),
    (
        "expenses/employee-expense-payment-type",
        "expense_payment_type",
        other_modules.EXPENSE_PAYMENT_TYPE,
    ),
    ("cash-management/savings-account", "savings_account", other_modules.SAVINGS_ACCOUNT),
    ("cash-management/credit-card-account", "credit_card", other_modules.CREDIT_CARD),
)
READ_ONLY = (
    ("general-ledger/txn-allocation-template", "allocation_template", other_modules.ALLOCATION),
    ("accounts-payable/bill", "ap_bill", other_modules.BILL),
    ("accounts-payable/payment", "ap_payment", other_modules.AP_PAYMENT),
    ("expenses/employee-expense", "employee_expense", other_modules.EMPLOYEE_EXPENSE),
    ("cash-management/credit-card-txn", "credit_card_txn", other_modules.CREDIT_CARD_TXN),
)
