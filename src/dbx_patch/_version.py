"""The version: read by the build, and when asked for; a start of Python does not load it."""

__version__ = "1.0.0"
