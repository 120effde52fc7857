"""``python -m dbx_patch``: the same as ``dbx-patch``."""

import sys

from dbx_patch.commands.cli import main

if __name__ == "__main__":
    sys.exit(main())
