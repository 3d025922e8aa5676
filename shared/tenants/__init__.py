"""Tenants: who they are, which stores and entities they have, and where their secrets lie."""
