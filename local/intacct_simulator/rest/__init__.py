"""The REST wire of the simulator: OAuth, objects, services, workflows (REST reference)."""
