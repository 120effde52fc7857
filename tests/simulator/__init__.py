"""The simulated runtimes, with dbx-patch not in play."""
