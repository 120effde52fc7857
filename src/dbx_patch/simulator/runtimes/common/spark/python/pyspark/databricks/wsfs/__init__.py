"""What is there for workspace files."""
