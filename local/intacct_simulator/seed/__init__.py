"""The demo company as data, and how a company is filled from such data."""
