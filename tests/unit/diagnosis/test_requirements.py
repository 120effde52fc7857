"""What a distribution requires here: by its METADATA, and only what surely applies to this interpreter."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dbx_patch.diagnosis.requirements import applies, requirements_of
from support.installed import distribution

HERE = "{}.{}".format(*sys.version_info)


@pytest.mark.parametrize(
    "marker",
    [
        *("", f'python_version == "{HERE}"', 'python_version >= "3.8"', '"3.100" > python_version'),
        *(f"sys_platform == '{sys.platform}'", f"'{sys.platform[:3]}' in sys_platform"),
        *('python_version < "3" or (python_version > "3.7" and os_name != "none")', 'python_full_version >= "3.8.0"'),
    ],
)
def test_a_condition_that_holds(marker: str) -> None:
    assert applies(marker)


@pytest.mark.parametrize(
    "marker",
    [
        *(
            'python_version < "3.8"',
            'python_version >= "3.100"',
            'sys_platform == "win32"',
            'os_name not in "posix nt"',
        ),
        *('extra == "test"', 'python_version >= "3.8" and extra == "x"', "gone == '1'", "python_version ~= '3.8'"),
        *("what is this", "__import__('os').name", "python_version >= 'x'", "'a' < 'b' < 'c'", "not os_name"),
        *("python_version >= 3", "3 == 3"),
    ],
)
def test_a_condition_that_does_not_hold_or_cannot_be_told(marker: str) -> None:
    assert not applies(marker)


def test_what_is_required(tmp_path: Path) -> None:
    metadata = """Metadata-Version: 2.1
Name: acme
Requires-Dist: requests[socks] (>=2)
Requires-Dist: ruamel.yaml ~=0.18
Requires-Dist: tomli; python_version < "3.0"
Requires-Dist: pytest; extra == 'test'
Requires-Dist: tool @ https://example.com/tool.whl

Requires-Dist: described
"""
    info = distribution(tmp_path, "acme", texts={"METADATA": metadata})
    assert list(requirements_of(str(tmp_path / "acme-1.0.dist-info"))) == [
        ("requests", "requests[socks] (>=2)"),
        ("ruamel.yaml", "ruamel.yaml ~=0.18"),
        ("tool", "tool @ https://example.com/tool.whl"),
    ]
    assert info and list(requirements_of(str(tmp_path / "none.dist-info"))) == []
