"""What the GraphQL Admin API is asked of products and stock, kept below the cost of one query."""

from __future__ import annotations

_PAGE = "pageInfo { hasNextPage endCursor }"
_VARIANT = """{
  id legacyResourceId title sku barcode price taxable updatedAt requiresComponents
  inventoryItem { id tracked unitCost { amount currencyCode } }
}"""
_PRODUCT = f"""{{
  id legacyResourceId title status isGiftCard updatedAt
  variants(first: 5) {{ nodes {_VARIANT} {_PAGE} }}
}}"""

SHOP = "query Shop { shop { currencyCode } }"

PRODUCTS = f"""query ChangedProducts($first: Int!, $after: String, $query: String!) {{
  products(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {{
    nodes {_PRODUCT} {_PAGE}
  }}
}}"""

PRODUCT = f"query OneProduct($id: ID!) {{ product(id: $id) {_PRODUCT} }}"

VARIANTS = f"""query Variants($id: ID!, $after: String) {{
  product(id: $id) {{ variants(first: 50, after: $after) {{ nodes {_VARIANT} {_PAGE} }} }}
}}"""

COMPONENTS = f"""query Components($id: ID!, $after: String) {{
  productVariant(id: $id) {{
    productVariantComponents(first: 50, after: $after) {{
      nodes {{
        quantity productVariant {{ legacyResourceId sku product {{ legacyResourceId }} }}
      }}
      {_PAGE}
    }}
  }}
}}"""

_LEVELS = f"""{{
  nodes {{
    updatedAt location {{ legacyResourceId }}
    quantities(names: ["available", "on_hand", "committed", "incoming"]) {{ name quantity }}
  }}
  {_PAGE}
}}"""

LEVELS = f"""query Levels($id: ID!, $after: String) {{
  inventoryItem(id: $id) {{ inventoryLevels(first: 50, after: $after) {_LEVELS} }}
}}"""

INVENTORY = f"""query Inventory($first: Int!, $after: String, $query: String) {{
  inventoryItems(first: $first, after: $after, query: $query) {{
    nodes {{
      id sku tracked
      inventoryLevels(first: 5) {_LEVELS}
    }}
    {_PAGE}
  }}
}}"""

SET_QUANTITIES = """mutation SetQuantities($input: InventorySetQuantitiesInput!) {
  inventorySetQuantities(input: $input) { userErrors { code field message } }
}"""

CHANGE_VARIANTS = """mutation ChangeVariants(
  $product: ID!, $variants: [ProductVariantsBulkInput!]!
) {
  productVariantsBulkUpdate(
    productId: $product, variants: $variants, allowPartialUpdates: true
  ) { userErrors { code field message } }
}"""

CHANGE_PRODUCT = """mutation ChangeProduct($product: ProductUpdateInput!) {
  productUpdate(product: $product) { userErrors { field message } }
}"""
