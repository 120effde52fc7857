"""`tests/README.md` lists every test file, with the behaviour that its first line states."""

from __future__ import annotations

from pathlib import Path

import pytest

import readme


def test_it_is_up_to_date() -> None:
    assert readme.README.read_text("utf-8") == readme.render(), "run `python tests/readme.py`"


@pytest.mark.parametrize("text", ["", "x = 1\n", '"""no sentence"""\n'])
def test_a_file_that_does_not_say_what_it_shows_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "test_x.py"
    file.write_text(text)
    with pytest.raises(ValueError, match="one sentence"):
        readme.behaviour(file)
