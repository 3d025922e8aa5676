"""Objects of modules beside a shop's own, with the fields that public clients ask for."""

from local.intacct_simulator.rest.tables.company import NAMED

VENDOR = f"""
{NAMED}
parent             | parent          | ref(accounts-payable/vendor)
term               | term            | ref(accounts-receivable/term)
taxId              | tax_id          | text
currency           | currency        | text
vendorAccountNumber | account_number | text
notes              | notes           | text
"""

EMPLOYEE = """
id                 | id              | text | required fixed
name               | name            | text | ro
status             | status          | enum(active,inactive)
jobTitle           | title           | text
startDate          | start_date      | date
endDate            | end_date        | date
primaryContact     | contact_primary | ref(company-config/contact)
primaryContact.email1  | contact_primary.email1   | text | ro
primaryContact.printAs | contact_primary.print_as | text | ro
location           | location        | ref(company-config/location)
department         | department      | ref(company-config/department)
"""

TASK = f"""
{NAMED}
parent             | parent          | ref(projects/task)
project            | project         | ref(projects/project)
item               | item            | ref(inventory-control/item)
isBillable         | is_billable     | boolean
"""

COST_TYPE = f"""
{NAMED}
project            | project         | ref(projects/project)
task               | task            | ref(projects/task)
"""

TAX_DETAIL = """
id                 | id              | text | required fixed
description        | description     | text
status             | status          | enum(active,inactive)
taxPercent         | tax_percent     | quantity
taxType            | tax_type        | enum(sale,purchase)
taxSolution.id     | tax_solution    | text
purchaseGLAccount  | account         | ref(general-ledger/account)
"""

EXPENSE_TYPE = """
id                 | id              | text | required fixed
description        | description     | text
status             | status          | enum(active,inactive)
glAccount          | account         | ref(general-ledger/account)
item               | item            | ref(inventory-control/item)
"""

EXPENSE_PAYMENT_TYPE = """
id                 | id              | text | required fixed
description        | description     | text
status             | status          | enum(active,inactive)
isNonReimbursable  | is_non_reimbursable | boolean
offsetGLAccount    | account         | ref(general-ledger/account)
"""

ALLOCATION = """
id                 | id              | text | ro
description        | description     | text | ro
status             | status          | enum(active,inactive) | ro
"""

SAVINGS_ACCOUNT = """
id                 | id              | text | required fixed
status             | status          | enum(active,inactive)
bankAccountDetails.bankName      | bank_name | text
bankAccountDetails.accountNumber | bank_account_number | text
glAccount          | account         | ref(general-ledger/account)
currency           | currency        | text
"""

CREDIT_CARD = """
id                 | id              | text | required fixed
description        | description     | text
status             | status          | enum(active,inactive)
accountDetails.accountType | card_type | enum(credit,debit)
"""

BILL = """
vendor             | vendor          | ref(accounts-payable/vendor) | ro
billNumber         | bill_number     | text | ro
referenceNumber    | reference_number | text | ro
description        | description     | text | ro
state              | state           | text | ro
createdDate        | created_date    | date | ro
postingDate        | posting_date    | date | ro
dueDate            | due_date        | date | ro
totalTxnAmount     | total           | amount | ro
totalTxnAmountDue  | due             | amount | ro
"""

AP_PAYMENT = """
vendor             | vendor          | ref(accounts-payable/vendor) | ro
documentNumber     | document_number | text | ro
paymentDate        | payment_date    | date | ro
state              | state           | text | ro
totalTxnAmount     | total           | amount | ro
"""

EMPLOYEE_EXPENSE = """
employee           | employee        | ref(company-config/employee) | ro
expenseReportNumber | report_number  | text | ro
description        | description     | text | ro
state              | state           | text | ro
createdDate        | created_date    | date | ro
"""

CREDIT_CARD_TXN = """
creditCardAccount  | credit_card     | ref(cash-management/credit-card-account) | ro
referenceNumber    | reference_number | text | ro
description        | description     | text | ro
state              | state           | text | ro
txnDate            | txn_date        | date | ro
totalEntered       | total           | amount | ro
"""
