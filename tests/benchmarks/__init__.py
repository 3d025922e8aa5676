"""What the product costs to run, measured in one go: `make bench` (docs/benchmarks.md)."""
