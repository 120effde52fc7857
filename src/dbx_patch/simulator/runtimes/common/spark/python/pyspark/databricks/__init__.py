"""Databricks' own part of the executor's side."""
