"""What is wrong, and what would happen: everything that answers a question about this process."""
