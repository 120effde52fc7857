"""Reloading of workspace files that changed (RUNTIME.md, layer 4)."""
