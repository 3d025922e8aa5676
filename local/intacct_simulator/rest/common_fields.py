"""Fields that every REST object has: key, address, who wrote it and when, whose it is (§5)."""

from __future__ import annotations

KEYS = """
key                        | key           | key      | ro
href                       | -             | href     | ro
audit.createdDateTime      | created_at    | datetime | ro
audit.modifiedDateTime     | modified_at   | datetime | ro
"""
WRITERS = """
audit.createdBy            | created_by    | key      | ro
audit.modifiedBy           | modified_by   | key      | ro
audit.createdByUser        | created_by    | ref(company-config/user) | ro
audit.modifiedByUser       | modified_by   | ref(company-config/user) | ro
entity                     | entity        | ref(company-config/entity) | ro
"""
OWNERS_WRITERS = """
audit.createdBy            | parent.created_by  | key      | ro
audit.modifiedBy           | parent.modified_by | key      | ro
audit.createdByUser        | parent.created_by  | ref(company-config/user) | ro
audit.modifiedByUser       | parent.modified_by | ref(company-config/user) | ro
entity                     | parent.entity      | ref(company-config/entity) | ro
"""
"""An owned object was written with its owner, and belongs where that does."""
