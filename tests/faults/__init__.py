"""Injected faults, races, and made-up later releases of the runtime."""
