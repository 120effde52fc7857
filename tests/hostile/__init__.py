"""Site folders that are broken, huge, changing, or made to do harm."""
