"""The operators' command line: see what waits, fix it, send it again. `python -m ops --help`."""
