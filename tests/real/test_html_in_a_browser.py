"""Results in a column of 400 pixels, as a real browser lays them out: nothing sticks out, and all of it can be read."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.environments import clean_environ
from support.kernels import Notebook

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
RESULTS = """
import dbx_patch, sys
from dbx_patch.diagnosis.installs import list_installs
sys.modules.pop("acme_src", None)
results = [dbx_patch.check_patch_status(False), dbx_patch.verify_editable_installs(False), list_installs(),
    dbx_patch.check_startup_status(False), *(dbx_patch.explain(name, False) for name in ("acme_src.sub", "acme_sr"))]
[r._repr_html_() for r in results]
"""
PAGE = """<!doctype html><meta charset="utf-8"><body style="margin: 0"><div style="width: 400px">%s</div><script>
const found = {wide: [], narrow: [], small: [], cells: 0};
for (const element of document.querySelectorAll("div *")) {
    const box = element.getBoundingClientRect(), text = element.textContent.trim();
    if (box.right > 400) found.wide.push(text);
    if (text && parseFloat(getComputedStyle(element).fontSize) < 11) found.small.push(text);
    if (["TD", "TH"].includes(element.tagName) && text) {
        found.cells += 1;
        if (box.width < 24 || box.height > 25 * box.width) found.narrow.push(text);
    }
}
document.title = JSON.stringify(found);
</script>"""


def test_results_fit_a_narrow_column(notebook: Notebook, tmp_path: Path) -> None:
    if BROWSER is None:
        pytest.skip("no browser to look with")
    [shown] = notebook.values(RESULTS)
    page = tmp_path / "page.html"
    page.write_text(PAGE % "<hr>".join(shown))
    line = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--window-size=800,600",
        f"--user-data-dir={tmp_path}",
    ]
    environ = clean_environ({"HOME": str(tmp_path)})
    done = subprocess.run(
        [*line, "--dump-dom", page.as_uri()], env=environ, capture_output=True, text=True, timeout=120
    )
    title = re.search(r"<title>(.*)</title>", done.stdout)
    assert title, done.stderr[-2000:]
    found = json.loads(title[1].replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"))
    assert found.pop("cells") > 40
    assert found == {"wide": [], "narrow": [], "small": []}
