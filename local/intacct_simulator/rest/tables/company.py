"""Company configuration: contacts, dimensions, users (REST reference §16.2, §16.12)."""

CONTACT_DETAILS = """
printAs                      | print_as      | text | required
prefix                       | prefix        | text
firstName                    | first_name    | text
middleName                   | middle_name   | text
lastName                     | last_name     | text
companyName                  | company_name  | text
email1                       | email1        | text
email2                       | email2        | text
phone1                       | phone1        | text
phone2                       | phone2        | text
mobile                       | mobile        | text
pager                        | pager         | text
fax                          | fax           | text
URL1                         | url1          | text
URL2                         | url2          | text
showInContactList            | show_in_contact_list | boolean
mailingAddress.addressLine1  | address_line1 | text
mailingAddress.addressLine2  | address_line2 | text
mailingAddress.addressLine3  | address_line3 | text
mailingAddress.city          | city          | text
mailingAddress.state         | state         | text
mailingAddress.postCode      | post_code     | text
mailingAddress.country       | country       | country
mailingAddress.isoCountryCode | country      | country
tax.isTaxable                | is_taxable    | boolean
tax.taxId                    | tax_id        | text
discount                     | discount      | text
"""

CONTACT = f"""
id                           | id            | text | required fixed
status                       | status        | enum(active,inactive)
{CONTACT_DETAILS}
tax.group.key                | -             | text | ro
tax.group.id                 | -             | text | ro
priceList.key                | -             | text | ro
priceList.id                 | -             | text | ro
priceSchedule.key            | -             | text | ro
priceSchedule.id             | -             | text | ro
"""

NAMED = """
id           | id          | text | required fixed
name         | name        | text | required
description  | description | text
status       | status      | enum(active,inactive)
"""

LOCATION = f"""
{NAMED}
parent       | parent      | ref(company-config/location)
"""

ENTITY = """
id           | id          | text | required fixed
name         | name        | text | required
status       | status      | enum(active,inactive)
baseCurrency | currency    | text | ro
operatingCountry | country | text | ro
"""

DEPARTMENT = f"""
{NAMED}
reportTitle  | report_title | text
supervisor   | -           | ref(company-config/employee) | ro
parent       | parent      | ref(company-config/department)
"""

CLASS = f"""
{NAMED}
parent       | parent      | ref(company-config/class)
"""

PROJECT = f"""
{NAMED}
parent       | parent      | ref(projects/project)
customer     | customer    | ref(accounts-receivable/customer)
"""

USER = """
id           | id          | text | ro
name         | name        | text | ro
userType     | user_type   | text | ro
status       | status      | enum(active,inactive) | ro
"""

CURRENCY = """
id           | id          | text | ro
status       | status      | enum(active,inactive) | ro
"""

EXCHANGE_RATE = """
fromCurrency  | from_currency  | text | ro
toCurrency    | to_currency    | text | ro
effectiveDate | effective_date | date | ro
rate          | rate           | rate | ro
rateType      | rate_type      | text | ro
"""

AUDIT_HISTORY = """
changeDetails.objectName       | @audited_object | text | ro
changeDetails.objectId         | object_id       | text | ro
changeDetails.objectKey        | object_key      | key | ro
changeDetails.fieldName        | -               | text | ro
changeDetails.previousValue    | -               | text | ro
changeDetails.newValue         | -               | text | ro
changeSource.completedBy       | user            | text | ro
changeSource.accessDateTime    | at              | datetime | ro
changeSource.actionPerformed   | action          | text | ro
changeSource.workflowAction    | @workflow_action | text | ro
changeSource.clientIPAddress   | -               | text | ro
changeSource.source            | source          | text | ro
notes                          | -               | text | ro
"""

FOLDER = """
id           | id          | text | required fixed
description  | description | text
parent       | parent      | ref(company-config/folder)
status       | status      | enum(active,inactive)
"""

ATTACHMENT = """
id           | id          | text | required fixed
name         | name        | text
description  | description | text
folder       | folder      | ref(company-config/folder) | required
status       | status      | enum(active,inactive)
"""

ATTACHMENT_FILE = """
attachment   | parent      | ref(company-config/attachment) | ro
name         | name        | text | required
data         | data        | text | required
size         | size        | integer | ro
"""

ROLE = """
id           | id          | text | required fixed
description  | description | text
status       | status      | enum(active,inactive)
"""

PERMISSION = """
id           | id          | text | ro
name         | name        | text | ro
status       | status      | enum(active,inactive) | ro
allowedAccessRights | rights | words(list,view,add,edit,delete) | ro
"""

ROLE_PERMISSION = """
role         | parent      | ref(company-config/role) | ro
permission   | permission  | ref(company-config/permission) | required
accessRights | rights      | words(list,view,add,edit,delete) | required
"""

ROLE_USER = """
role         | role        | ref(company-config/role) | required fixed
user         | user        | ref(company-config/user) | required fixed
"""
