"""The register of gift cards: kept, fed from files, and asked by the planner."""
