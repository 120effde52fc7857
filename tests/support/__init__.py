"""What the tests share. Everything here is imported under one name: ``from support.workspaces import write``."""
