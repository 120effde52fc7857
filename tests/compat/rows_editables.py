"""The rows of the editables library, each with a small build backend on top of it."""

from __future__ import annotations

from compat.projects import EDITABLES, Row, package


def editables_backend(name: str, call: str) -> dict[str, str]:
    """A build backend on top of the editables library."""
    text = f"""\
import os
import zipfile

from editables import EditableProject


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    project = EditableProject({name!r}, os.getcwd())
    {call}
    stem = project.project_name + "-1.0"
    files = dict(project.files())
    files[stem + ".dist-info/METADATA"] = "Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n"
    files[stem + ".dist-info/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files[stem + ".dist-info/RECORD"] = "".join(path + ",,\\n" for path in files)
    wheel = stem + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel
"""
    return {"backend.py": text}


EDITABLES_ROWS = (
    Row(
        "editables-map",
        "C",
        package("ed_map", "lib/ed_map"),
        EDITABLES,
        files=editables_backend("sample-editables-map", 'project.map("ed_map", "lib/ed_map")'),
    ),
    Row(
        "editables-path",
        "A",
        package("ed_path", "lib/ed_path"),
        EDITABLES,
        files=editables_backend("sample-editables-path", 'project.add_to_path("lib")'),
    ),
    Row(
        "editables-subpackage",
        "I",
        {"acme.ed_subpackage.leaf": "lib/leaf.py", "acme.ed_subpackage.inner": "lib/inner/__init__.py"},
        EDITABLES,
        files=editables_backend(
            "sample-editables-subpackage", 'project.add_to_subpackage("acme.ed_subpackage", "lib")'
        ),
    ),
    Row(
        "editables-replace",
        "I",
        {"ed_replace": "lib/code.py", **package("ed_replace_package", "lib/ed_replace_package")},
        EDITABLES,
        files=editables_backend(
            "sample-editables-replace",
            'project.map_method = "self_replace"\n    project.map("ed_replace", "lib/code.py")\n'
            '    project.map("ed_replace_package", "lib/ed_replace_package")',
        ),
    ),
)
