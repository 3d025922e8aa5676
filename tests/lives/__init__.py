"""Random order lives by the thousand: whatever happens in whatever order, the books end right."""
