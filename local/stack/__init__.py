"""The laptop's cloud: an embedded AWS, the Sage Intacct simulator, and our template deployed on it.

```python
with LocalStack() as stack:
    stack.load_tenant(tenant, intacct_secret, {"shop": {"webhook_secrets": ["..."]}})
    httpx.post(f"{stack.api_url}/webhooks/shopify/shop", content=body, headers=headers)
```

Everything listens on loopback ports of its own, writes under `.local/stacks/<name>/` and is gone
when the block ends, whatever happened inside.
"""

from local.stack.errors import StackError
from local.stack.stack import LocalStack, Part

__all__ = ["LocalStack", "Part", "StackError"]
