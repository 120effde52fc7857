"""Compares a report of the self-test with the simulated runtimes: ``python -m tests.runtimes REPORT.json``."""
