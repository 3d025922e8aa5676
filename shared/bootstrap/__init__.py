"""The only place where real adapters are built and the environment is read; one module per concern.

Everything is built on first use and kept for the life of the process.
"""
