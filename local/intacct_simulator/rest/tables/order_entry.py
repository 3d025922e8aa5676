# ruff: noqa: E501  # one field, one line: a table is read by its columns
"""Order Entry and Inventory Control (REST reference §16.3-16.5, §16.9)."""

from local.intacct_simulator.rest.tables.receivables import DIMENSIONS

DOCUMENT = """
attachment           | attachment       | ref(company-config/attachment)
documentNumber       | document_number  | text
documentType         | definition.id    | text | ro
txnDefinition        | definition       | ref(order-entry/txn-definition) | ro
txnDate              | txn_date         | date | required
dueDate              | due_date         | date
postingDate          | posting_date     | date
customer             | customer         | ref(accounts-receivable/customer) | required
state                | state            | enum(submitted,approved,partiallyApproved,declined,draft,pending,closed,inProgress,converted,partiallyConverted,convertedByLine,partiallyConvertedByLine,exception)
referenceNumber      | reference_number | text
customerPONumber     | customer_po_number | text
trackingNumber       | tracking_number  | text
memo                 | memo             | text
notes                | notes            | text
txnCurrency          | currency         | text
baseCurrency         | base_currency>-  | text
exchangeRate.date    | exchange_rate_date | date
exchangeRate.rate    | exchange_rate      | rate
exchangeRate.typeId  | exchange_rate_type | text
paymentTerm          | term             | ref(accounts-receivable/term)
shippingMethod       | shipping_method  | ref(accounts-receivable/shipping-method)
project              | project          | ref(projects/project)
contacts.primary     | contact_primary  | ref(company-config/contact)
contacts.billTo      | contact_bill_to  | ref(company-config/contact)
contacts.shipTo      | contact_ship_to  | ref(company-config/contact)
requestedShippingDate | requested_shipping_date | date
shipByDate           | ship_by_date     | date
shippedDate          | shipped_date     | date
cancelAfterDate      | cancel_after_date | date
sourceDocument       | source_document  | ref(order-entry/document) | fixed
total                | base_total       | amount | ro
subtotal             | base_subtotal    | amount | ro
totalInTxnCurrency   | total            | amount | ro
subtotalInTxnCurrency | subtotal        | amount | ro
paymentStatus        | =payment_status  | enum(open,partiallyPaid,paid) | ro
invoice              | ar_invoice       | ref(accounts-receivable/invoice) | ro
isPrinted            | is_printed       | boolean | ro
"""

DOCUMENT_LINE = f"""
documentHeader       | parent           | ref(order-entry/document) | fixed
documentType         | parent.definition.id | text | ro
lineNumber           | line_number      | integer | ro
unit                 | unit             | text | required
unitQuantity         | unit_quantity    | quantity | required
unitPrice            | unit_price       | quantity | required
quantity             | unit_quantity    | quantity | ro
discountPercent      | discount_percent | quantity
memo                 | memo             | text
lineDescription      | description      | text
enableTax            | enable_tax       | boolean
taxRate              | tax_rate         | text
allowDropShip        | allow_drop_ship  | boolean
servicePeriodStartDate | service_start  | date
servicePeriodEndDate | service_end      | date
conversionType       | conversion_type  | enum(quantity,price)
sourceDocument       | source_document  | ref(order-entry/document)
sourceDocumentLine   | source_line      | ref(order-entry/document-line)
price                | base_amount      | amount | ro
priceInTxnCurrency   | amount           | amount | ro
quantityRemaining    | quantity_remaining | quantity | ro
quantityConverted    | quantity_converted | quantity | ro
txnCurrency          | parent.currency  | text | ro
baseCurrency         | parent.base_currency | text | ro
{DIMENSIONS}
"""

DOCUMENT_SUBTOTAL = f"""
documentHeader       | parent           | ref(order-entry/document) | ro
description          | description      | text   | ro
absoluteValue        | absolute         | amount | ro
percentValue         | percent          | quantity | ro
total                | base_amount      | amount | ro
txnAbsoluteValue     | absolute         | amount | ro
txnTotal             | amount           | amount | ro
{DIMENSIONS}
"""

TXN_DEFINITION = """
id                   | id               | text | ro
docClass             | category         | text | ro
workflowCategory     | category         | text | ro
txnPostingMethod     | @posting_method  | text | ro
documentConversionPolicy | 'newDocument' | text | ro
partialConvertMethod | 'leaveTransactionOpen' | text | ro
enableSubtotals      | @enable_subtotals | boolean | ro
editPolicy           | 'all'            | text | ro
deletePolicy         | @delete_policy   | text | ro
documentSequence.id  | @document_sequence | text | ro
status               | status           | enum(active,inactive) | ro
"""

ITEM = """
id                   | id               | text | required fixed
name                 | name             | text | required
itemType             | item_type        | enum(inventory,nonInventory,purchaseOnlyNonInventory,salesOnlyNonInventory,kit,stockableKit) | required
status               | status           | enum(active,inactive)
description          | description      | text
soDescription        | so_description   | text
poDescription        | po_description   | text
productLine.id       | product_line     | text
productLine.key      | -                | text | ro
costMethod           | cost_method      | enum(standard,average,FIFO,LIFO)
inventory.glGroup    | gl_group         | ref(inventory-control/item-gl-group)
inventory.shippingWeight | shipping_weight | quantity
sales.isTaxable      | is_taxable       | boolean
sales.basePrice      | base_price       | amount
purchasing.standardCost | standard_cost | amount
unitOfMeasure.id     | unit             | text
unitOfMeasure.key    | @unit_key        | key  | ro
unitOfMeasureGroup.id | unit            | text | ro
unitOfMeasureGroup.key | @unit_key      | key  | ro
itemDetails.universalProductCode | upc  | text
quantityOnHand       | @on_hand         | quantity | ro
quantityAllocated    | @allocated       | quantity | ro
quantityReserved     | @reserved        | quantity | ro
quantityOnOrder      | @zero            | quantity | ro
warehouseInfo        | @warehouses      | words | ro
"""

KIT_COMPONENT = """
kit                  | parent           | ref(inventory-control/item) | ro
component            | component        | ref(inventory-control/item) | required
numberOfUnits        | quantity         | number | required
lineNumber           | line_number      | integer | ro
"""

ITEM_GL_GROUP = """
id                   | id               | text | required fixed
status               | status           | enum(active,inactive)
revenueGLAccount     | revenue_account  | ref(general-ledger/account)
returnsGLAccount     | returns_account  | ref(general-ledger/account)
"""

WAREHOUSE = """
id                   | id               | text | required fixed
name                 | name             | text | required
location             | location         | ref(company-config/location)
parent               | parent           | ref(inventory-control/warehouse)
manager              | manager          | ref(company-config/employee)
contacts.primary     | contact_primary  | ref(company-config/contact)
contacts.shipTo      | contact_ship_to  | ref(company-config/contact)
isReplenishmentEnabled | is_replenishment_enabled | boolean
enableNegativeInv    | enable_negative_inventory | boolean
status               | status           | enum(active,inactive)
"""

STOCK = """
item                 | item             | ref(inventory-control/item) | ro
warehouse            | warehouse        | ref(inventory-control/warehouse) | ro
quantity.quantityLeft | quantity        | quantity | ro
quantity.quantityAllocated | allocated  | quantity | ro
quantity.quantityReserved | reserved    | quantity | ro
bin.key              | -                | text | ro
bin.id               | -                | text | ro
lotNumber            | -                | text | ro
serialNumber         | -                | text | ro
expirationDate       | -                | date | ro
"""

ITEM_WAREHOUSE = """
item                 | item             | ref(inventory-control/item) | ro
warehouse            | warehouse        | ref(inventory-control/warehouse) | ro
reorderPoint         | -                | quantity | ro
safetyStock          | -                | quantity | ro
standardCost         | item.standard_cost | amount | ro
averageCost          | average_cost     | quantity | ro
lastCost             | -                | quantity | ro
lastSoldDate         | -                | date | ro
"""

UNIT_GROUP = """
id                   | id               | text | ro
baseUnit             | id               | text | ro
abbreviation         | id               | text | ro
unitsOfMeasure       | @units_of_measure | words | ro
status               | status           | enum(active,inactive) | ro
"""

PRODUCT_LINE = """
id                   | id               | text | ro
description          | -                | text | ro
parent.key           | -                | text | ro
parent.id            | -                | text | ro
status               | -                | enum(active,inactive) | ro
"""

INVENTORY_DOCUMENT = """
documentNumber       | document_number  | text | ro
documentType         | definition.id    | text | ro
transactionDate      | txn_date         | date | required
referenceNumber      | reference_number | text
memo                 | memo             | text
state                | state            | enum(draft,pending,submitted)
baseCurrency         | -                | text
txnCurrency          | -                | text
"""

INVENTORY_LINE = f"""
documentHeader       | parent           | ref(inventory-control/document) | fixed
lineNumber           | line_number      | integer | ro
unitOfMeasure.id     | unit             | text | required
unitOfMeasure.key    | @unit_key        | key  | ro
unitQuantity         | unit_quantity    | quantity | required
unitCost             | unit_cost        | quantity
memo                 | memo             | text
{DIMENSIONS}
"""

TRANSFER = """
documentNumber       | document_number  | text | ro
transactionDate      | transfer_date    | date | required
transferType         | transfer_type    | enum(immediate)
referenceNumber      | reference_number | text
description          | description      | text
state                | state            | text | ro
"""

TRANSFER_LINE = f"""
warehouseTransfer    | parent           | ref(inventory-control/warehouse-transfer) | ro
lineNumber           | line_number      | integer | ro
transferDirection    | direction        | enum(in,out) | required
item                 | item             | ref(inventory-control/item) | required
warehouse            | warehouse        | ref(inventory-control/warehouse) | required
quantity             | quantity         | quantity | required
unit.id              | unit             | text | required
memo                 | memo             | text
{DIMENSIONS}
"""
