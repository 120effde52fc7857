"""``dbx-patch selftest``: whether each promise of dbx-patch holds on the runtime that this process runs in."""
