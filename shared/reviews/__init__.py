"""Review records: what waits for a person, with all its findings, and when it stopped waiting."""
