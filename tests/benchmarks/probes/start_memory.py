"""Probe: prints [peak, kept] bytes of arming, as tracemalloc sees it. Run with ``DBX_PATCH_ENABLED=0``."""

import json
import tracemalloc

tracemalloc.start()
from dbx_patch.hooks import arm  # noqa: E402

arm()
kept, peak = tracemalloc.get_traced_memory()
print(json.dumps([peak, kept]))
