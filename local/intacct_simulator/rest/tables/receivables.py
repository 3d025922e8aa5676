# ruff: noqa: E501  # one field, one line: a table is read by its columns
"""Accounts Receivable (REST reference §16.1, §16.6-16.8; OpenAPI names of payment details)."""

from local.intacct_simulator.rest.tables.company import NAMED

DIMENSIONS = """
dimensions.location   | location   | ref(company-config/location)
dimensions.department | department | ref(company-config/department)
dimensions.class      | class      | ref(company-config/class)
dimensions.customer   | customer   | ref(accounts-receivable/customer)
dimensions.item       | item       | ref(inventory-control/item)
dimensions.warehouse  | warehouse  | ref(inventory-control/warehouse)
dimensions.project    | project    | ref(projects/project)
dimensions.vendor     | vendor     | ref(accounts-payable/vendor)
dimensions.employee   | employee   | ref(company-config/employee)
dimensions.task       | task       | ref(projects/task)
dimensions.costType   | cost_type  | ref(construction/cost-type)
"""

CUSTOMER = """
id                   | id                | text | required fixed
name                 | name              | text | required
status               | status            | enum(active,inactive)
parent               | parent            | ref(accounts-receivable/customer)
term                 | term              | ref(accounts-receivable/term)
currency             | currency          | text
contacts.primary     | contact_primary   | ref(company-config/contact)
contacts.billTo      | contact_bill_to   | ref(company-config/contact)
contacts.shipTo      | contact_ship_to   | ref(company-config/contact)
customerType         | customer_type     | ref(accounts-receivable/customer-type)
territory            | territory         | ref(accounts-receivable/territory)
shippingMethod       | shipping_method   | ref(accounts-receivable/shipping-method)
salesRepresentative  | sales_representative | ref(company-config/employee)
vendor               | vendor            | ref(accounts-payable/vendor)
attachment           | attachment        | ref(company-config/attachment)
defaultRevenueGLAccount | default_revenue_account | ref(general-ledger/account)
overrideOffsetGLAccount | override_offset_account | ref(general-ledger/account)
taxId                | tax_id            | text
customerResaleNumber | resale_number     | text
notes                | notes             | text
creditLimit          | credit_limit      | number
isOnHold             | is_on_hold        | boolean
isOneTimeUse         | is_one_time_use   | boolean
emailOptIn           | email_opt_in      | boolean
disableRefund        | disable_refund    | boolean
deliveryOptions      | delivery_options  | enum(print,email,both)
discountPercent      | discount_percent  | quantity
overridePriceList    | override_price_list | enum(customer,billingContact,shippingContact)
customerRestriction  | restriction       | enum(unrestricted,rootOnly,restricted)
restrictedLocations  | @none             | words | ro
restrictedDepartments | @none            | words | ro
contactList          | @none             | words | ro
contacts.default.tax.group.key | -       | text | ro
contacts.default.tax.group.id  | -       | text | ro
accountGroup.key     | -                 | text | ro
accountGroup.id      | -                 | text | ro
accountLabel.key     | -                 | text | ro
accountLabel.id      | -                 | text | ro
priceList.key        | -                 | text | ro
priceList.id         | -                 | text | ro
priceSchedule.key    | -                 | text | ro
priceSchedule.id     | -                 | text | ro
customerMessage.key  | -                 | text | ro
customerMessage.id   | -                 | text | ro
lastInvoiceCreatedDate | @last_invoice   | date | ro
lastStatementGeneratedDate | -           | date | ro
customerAccountHealth.healthScore  | -   | text | ro
customerAccountHealth.healthStatus | -   | text | ro
customerAccountHealth.churnRisk    | -   | text | ro
webURL               | -                 | text | ro
totalDue             | =total_due        | amount | ro
"""

TERM = """
id                   | id          | text | required fixed
description          | description | text
due.days             | due_days    | integer
due.from             | due_from    | text
discount.days        | discount_days   | integer
discount.amount      | discount_amount | amount
discount.from        | discount_from   | text
discount.unit        | discount_unit   | text
discount.graceDays   | discount_grace_days | integer
status               | status      | enum(active,inactive)
"""

INVOICE = """
attachment           | attachment       | ref(company-config/attachment)
customer             | customer         | ref(accounts-receivable/customer) | required
invoiceNumber        | invoice_number   | text
invoiceDate          | invoice_date     | date | required
dueDate              | due_date         | date | required
state                | state            | enum(draft,noValue,posted,partiallyPaid,paid,selected,reversed,reversal)
referenceNumber      | reference_number | text
description          | description      | text
term                 | term             | ref(accounts-receivable/term)
currency.txnCurrency | currency         | text
currency.baseCurrency | base_currency>- | text
currency.exchangeRate.date   | exchange_rate_date | date
currency.exchangeRate.rate   | exchange_rate      | rate
currency.exchangeRate.typeId | exchange_rate_type | text
contacts.payTo       | contact_bill_to  | ref(company-config/contact)
contacts.returnTo    | contact_ship_to  | ref(company-config/contact)
invoiceSummary.id    | summary          | text
invoiceSummary.glPostingDate | posting_date | date
recordType           | 'ri'             | text | ro
moduleKey            | module           | enum(accountsReceivable,orderEntry) | ro
salesDocument        | sales_document   | ref(order-entry/document) | ro
totalBaseAmount      | base_total       | amount | ro
totalBaseAmountDue   | =base_due        | amount | ro
totalTxnAmount       | total            | amount | ro
totalTxnAmountDue    | =due             | amount | ro
paymentInformation.fullyPaidDate       | paid_date | date | ro
paymentInformation.totalBaseAmountPaid | base_paid | amount | ro
paymentInformation.totalTxnAmountPaid  | paid      | amount | ro
"""

INVOICE_LINE = f"""
invoice              | parent           | ref(accounts-receivable/invoice) | fixed
glAccount            | account          | ref(general-ledger/account) | required
overrideOffsetGLAccount | offset_account | ref(general-ledger/account)
txnAmount            | amount           | amount | required
baseAmount           | base_amount      | amount | ro
memo                 | memo             | text
lineNumber           | line_number      | integer | ro
isSubtotal           | is_subtotal      | enum(subtotal,tax) | ro
currency.txnCurrency | parent.currency      | text | ro
currency.baseCurrency | parent.base_currency | text | ro
{DIMENSIONS}
"""

ADJUSTMENT = """
attachment           | attachment       | ref(company-config/attachment)
customer             | customer          | ref(accounts-receivable/customer) | required
createdDate          | adjustment_date   | date | required
adjustmentNumber     | adjustment_number | text
documentNumber       | document_number   | text
description          | description       | text
state                | state             | enum(draft,noValue,posted,partiallyPaid,paid,selected,reversed,reversal)
adjustmentSummary.id | summary           | text
glPostingDate        | posting_date      | date | ro
txnType              | 'ra'              | text | ro
moduleKey            | module            | enum(accountsReceivable,orderEntry) | ro
txnCurrency.currency | currency          | text | required
txnCurrency.totalEntered | total         | amount | ro
txnCurrency.totalPaid    | paid          | amount | ro
txnCurrency.totalDue     | =due          | amount | ro
baseCurrency.currency    | base_currency>- | text
baseCurrency.paidDate    | paid_date>-   | date
baseCurrency.totalAmountEntered | base_total | amount | ro
baseCurrency.totalPaid   | base_paid     | amount | ro
baseCurrency.totalDue    | =base_due     | amount | ro
exchangeRate.date        | exchange_rate_date | date
exchangeRate.rate        | exchange_rate      | rate
exchangeRate.typeId      | exchange_rate_type | text
contacts.billTo      | contact_bill_to   | ref(company-config/contact)
contacts.shipTo      | contact_ship_to   | ref(company-config/contact)
"""

ADJUSTMENT_LINE = f"""
arAdjustment         | parent           | ref(accounts-receivable/adjustment) | fixed
glAccount            | account          | ref(general-ledger/account) | required
overrideOffsetGLAccount | offset_account | ref(general-ledger/account)
txnCurrency.amount   | amount           | amount | required
txnCurrency.currency | parent.currency>- | text
baseCurrency.amount  | base_amount      | amount | ro
baseCurrency.currency | parent.base_currency | text | ro
memo                 | memo             | text
lineNumber           | line_number      | integer | ro
adjustmentType       | 'ra'             | text | ro
{DIMENSIONS}
"""

ADVANCE = """
attachment           | attachment       | ref(company-config/attachment)
customer             | customer         | ref(accounts-receivable/customer) | required
referenceNumber      | reference_number | text
description          | description      | text
advanceNumber        | advance_number   | text | ro
recordType           | 'rr'             | text | ro
state                | state            | enum(draft,posted,paid,reversed,reversal)
paymentInformation.receiptDate     | receipt_date   | date | required
paymentInformation.paymentDate     | payment_date   | date
paymentInformation.paymentMethod   | payment_method | enum(printedCheck,creditCard,eft,cash,onlineChargeCard,onlineAchDebit,paymentAcceptanceService) | required
paymentInformation.financialEntity | bank_account   | ref(cash-management/bank-account)
paymentInformation.currency.txnCurrency        | currency           | text
paymentInformation.currency.baseCurrency       | base_currency>-    | text
paymentInformation.currency.exchangeRateDate   | exchange_rate_date | date
paymentInformation.currency.exchangeRate       | exchange_rate      | rate
paymentInformation.currency.exchangeRateTypeId | exchange_rate_type | text
paymentInformation.totalPaid       | applied    | amount | ro
paymentInformation.txnTotalPaid    | applied    | amount | ro
paymentInformation.totalDue        | =available | amount | ro
paymentInformation.totalTxnAmountDue | =available | amount | ro
glAccount.undepositedGLAccountNumber | undeposited_account.id>undeposited_account | text
totalEntered         | base_total       | amount | ro
txnTotalEntered      | total            | amount | ro
"""

ADVANCE_LINE = f"""
arAdvance            | parent           | ref(accounts-receivable/advance) | fixed
glAccount            | account          | ref(general-ledger/account) | required
txnAmount            | amount           | amount | required
baseAmount           | base_amount      | amount | ro
memo                 | memo             | text
lineNumber           | line_number      | integer | ro
{DIMENSIONS}
"""

PAYMENT = """
attachment           | attachment       | ref(company-config/attachment)
customer             | customer         | ref(accounts-receivable/customer)
payerName            | payer_name       | text
financialEntity.entityId | bank_account.id>bank_account | text
undepositedGLAccount | undeposited_account | ref(general-ledger/account)
paymentMethod        | payment_method   | enum(printedCheck,creditCard,eft,cash,onlineChargeCard,onlineAchDebit,paymentAcceptanceService) | required
documentNumber       | document_number  | text
referenceNumber      | reference_number | text | max=21
description          | description      | text | max=1000
recordType           | 'rp'             | text | ro
state                | state            | enum(draft,complete,reconciled,reversed,reversal)
paymentSummary.receiptDate | receipt_date | date | required
paymentSummary.id    | summary          | text
paidDate             | payment_date     | date
txnCurrency.currency | currency         | text | required
txnCurrency.totalAmount | total         | amount | ro
txnCurrency.totalPaid   | total         | amount | ro
txnCurrency.totalDue    | =overpayment_available | amount | ro
baseCurrency.currency   | base_currency>- | text
baseCurrency.totalAmount | base_total   | amount | ro
baseCurrency.totalPaid   | base_total   | amount | ro
exchangeRate.date    | exchange_rate_date | date
exchangeRate.rate    | exchange_rate      | rate
exchangeRate.typeId  | exchange_rate_type | text
overPaymentAmount    | overpayment_amount | amount
overPaymentDimensions.locationId   | overpayment_location.id>overpayment_location | text
overPaymentDimensions.departmentId | overpayment_department.id>overpayment_department | text
"""

PAYMENT_DETAIL = """
arPayment            | parent              | ref(accounts-receivable/payment) | ro
arInvoice            | invoice             | ref(accounts-receivable/invoice)
arInvoiceLine        | invoice_line        | ref(accounts-receivable/invoice-line)
positiveAdjustment   | positive_adjustment | ref(accounts-receivable/adjustment)
arAdjustment         | adjustment          | ref(accounts-receivable/adjustment)
arAdvance            | advance             | ref(accounts-receivable/advance)
postedAdvance        | advance             | ref(accounts-receivable/advance)
arPostedOverPayment  | overpayment         | ref(accounts-receivable/payment)
postedOverPayment    | overpayment         | ref(accounts-receivable/payment) | ro
negativeInvoice      | negative_invoice    | ref(accounts-receivable/invoice)
paymentDate          | parent.payment_date | date | ro
txnCurrency.currency | parent.currency>-   | text
txnCurrency.paymentAmount           | payment_amount          | amount
txnCurrency.adjustmentAmount        | adjustment_amount       | amount
txnCurrency.postedAdvanceAmount     | advance_amount          | amount
txnCurrency.postedOverPaymentAmount | overpayment_amount      | amount
txnCurrency.negativeInvoiceAmount   | negative_invoice_amount | amount
baseCurrency.paymentAmount          | base_payment_amount>-   | amount
"""

REFUND = """
customer             | customer         | ref(accounts-receivable/customer) | required
financialEntity      | bank_account     | ref(cash-management/bank-account) | required
paymentMethod        | payment_method   | enum(printedCheck,creditCard,eft,cash,recordTransfer) | required
refundDate           | refund_date      | date | required
documentNumber       | document_number  | text
description          | description      | text
state                | state            | enum(complete,voided) | ro
txnCurrency.currency     | currency      | text
txnCurrency.refundAmount | total>-       | amount
txnCurrency.totalPaid    | total         | amount | ro
baseCurrency.currency    | base_currency>- | text
baseCurrency.refundAmount | base_total>-  | amount
baseCurrency.totalPaid    | base_total    | amount | ro
exchangeRate.date    | exchange_rate_date | date
exchangeRate.rate    | exchange_rate      | rate
exchangeRate.typeId  | exchange_rate_type | text
"""

REFUND_DETAIL = """
customerRefund       | parent           | ref(accounts-receivable/customer-refund) | ro
arAdjustment         | adjustment       | ref(accounts-receivable/adjustment)
negativeInvoice      | negative_invoice | ref(accounts-receivable/invoice)
arAdvance            | advance          | ref(accounts-receivable/advance)
overPayment          | overpayment      | ref(accounts-receivable/payment)
txnRefundAmount      | refund_amount    | amount | required
baseRefundAmount     | base_refund_amount>- | amount
paymentDate          | parent.refund_date | date | ro
state                | parent.state       | text | ro
"""

SIMPLE = NAMED

DEPOSIT = """
attachment           | attachment       | ref(company-config/attachment)
depositId            | deposit_id       | text | required
txnDate              | deposit_date     | date | required
bankAccount          | bank_account     | ref(cash-management/bank-account) | required
description          | description      | text
state                | state            | text | ro
totalAmount          | total            | amount | ro
"""

DEPOSIT_DETAIL = """
deposit              | parent           | ref(cash-management/deposit) | ro
id                   | payment.id>payment | text | required
amount               | amount           | amount | ro
"""
