"""Simulated Databricks runtime package. Modules have the real ones' names; their text is the simulator's own."""
