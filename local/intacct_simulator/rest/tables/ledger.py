# ruff: noqa: E501  # one field, one line: a table is read by its columns
"""General ledger and cash management (REST reference §16.10, §16.11, §16.14)."""

from local.intacct_simulator.rest.tables.receivables import DIMENSIONS

ACCOUNT = """
id                   | id               | text | required fixed
name                 | name             | text | required
accountType          | account_type     | enum(balanceSheet,incomeStatement)
closingType          | closing_type     | enum(nonClosingAccount,closingAccount,closedToAccount)
normalBalance        | normal_balance   | enum(debit,credit)
status               | status           | enum(active,inactive)
isTaxable            | is_taxable       | boolean
disallowDirectPosting | disallow_direct_posting | boolean
closeToGLAccount     | close_to_account | ref(general-ledger/account)
category             | category         | text
requireDimensions.department | require_department | boolean
requireDimensions.location   | require_location   | boolean
requireDimensions.project    | require_project    | boolean
requireDimensions.customer   | require_customer   | boolean
requireDimensions.item       | require_item       | boolean
requireDimensions.class      | require_class      | boolean
requireDimensions.warehouse  | require_warehouse  | boolean
requireDimensions.vendor     | require_vendor     | boolean
requireDimensions.employee   | require_employee   | boolean
requireDimensions.contract   | -                  | boolean | ro
"""

STATISTICAL_ACCOUNT = """
id                   | id               | text | required fixed
name                 | name             | text | required
reportType           | report_type      | enum(forPeriod,cumulative)
status               | status           | enum(active,inactive)
"""

JOURNAL = """
id                   | id               | text | required fixed
name                 | name             | text | required
bookType             | book_type        | text
isAdjustment         | is_adjustment    | boolean
disallowDirectPosting | disallow_direct_posting | boolean
status               | status           | enum(active,inactive)
"""

JOURNAL_ENTRY = """
attachment           | attachment       | ref(company-config/attachment)
txnNumber            | number           | integer | ro
glJournal            | journal          | ref(general-ledger/journal) | required fixed
postingDate          | posting_date     | date | required
description          | description      | text | required
referenceNumber      | reference_number | text
state                | state            | enum(draft,submitted,partiallyApproved,approved,posted,declined,reversalPending,reversed)
automaticReversalDate | reversal_date   | date
baseLocation         | base_location    | ref(company-config/location)
moduleName           | module           | text | ro
tax.taxImplication   | tax_implication  | enum(none,inbound,outbound)
tax.taxSolution.key  | -                | text | ro
tax.taxSolution.id   | -                | text | ro
tax.customer         | -                | ref(accounts-receivable/customer) | ro
tax.vendor           | -                | ref(accounts-payable/vendor) | ro
balance              | @balance         | number | ro
reversedBy           | reversed_by      | ref(general-ledger/journal-entry) | ro
reversedFrom         | reversal_of      | ref(general-ledger/journal-entry) | ro
"""

JOURNAL_LINE = f"""
journalEntry         | parent           | ref(general-ledger/journal-entry) | fixed
txnType              | side             | enum(debit,credit) | required
txnAmount            | amount           | amount | required
baseAmount           | base_amount      | amount | ro
glAccount            | account          | ref(general-ledger/account) | required
documentId           | document         | text
description          | memo             | text
isBillable           | is_billable      | boolean
allocation           | allocation      | ref(general-ledger/txn-allocation-template)
lineNumber           | line_number      | integer | ro
entryDate            | parent.posting_date | date | ro
accountingPeriod     | @period          | text | ro
currency.txnCurrency | currency         | text
currency.baseCurrency | base_currency   | text | ro
currency.exchangeRateDate   | exchange_rate_date | date
currency.exchangeRateTypeId | exchange_rate_type | text
currency.exchangeRate       | exchange_rate      | rate
{DIMENSIONS}
"""

PERIOD = """
id                   | id               | text | ro
name                 | name             | text | ro
startDate            | start_date       | date | ro
endDate              | end_date         | date | ro
status               | status           | enum(active,inactive) | ro
"""

BANK_ACCOUNT = """
id                   | id               | text | ro
name                 | name             | text | ro
bankAccountDetails.bankName | name      | text | ro
currency             | currency         | text | ro
glAccount            | account          | ref(general-ledger/account) | ro
status               | status           | enum(active,inactive) | ro
"""

STATISTICAL_ENTRY = """
attachment           | attachment       | ref(company-config/attachment)
txnNumber            | number           | integer | ro
statisticalJournal   | journal          | ref(general-ledger/statistical-journal) | required fixed
postingDate          | posting_date     | date | required
description          | description      | text | required
referenceNumber      | reference_number | text
state                | state            | enum(draft,submitted,approved,posted,declined,reversed)
automaticReversalDate | reversal_date   | date
"""

STATISTICAL_LINE = f"""
statisticalJournalEntry | parent        | ref(general-ledger/statistical-journal-entry) | fixed
txnType              | side             | direction(increase,decrease) | required
txnAmount            | amount           | quantity | required
statisticalAccount   | account          | ref(general-ledger/statistical-account) | required
description          | memo             | text
lineNumber           | line_number      | integer | ro
{DIMENSIONS}
"""
