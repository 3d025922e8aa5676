"""The fault simulator: the real use cases under drawn faults, replayable from a seed."""
