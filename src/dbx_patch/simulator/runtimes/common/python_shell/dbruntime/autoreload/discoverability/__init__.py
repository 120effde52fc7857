"""The part that notices a changed file and tells the user of autoreload."""
