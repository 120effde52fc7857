"""What is shipped: the files of the wheel, and what they do to a machine."""
