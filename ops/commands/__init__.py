"""The commands: read the options, ask, write the audit record, act, print."""
