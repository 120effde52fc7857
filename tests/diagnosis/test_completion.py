"""`completion` prints a script with which a real bash, zsh or fish completes commands, options and names of modules."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.environments import Environment, clean_environ
from support.kernels import Notebook
from support.sessions import ON, as_json, command

BASH = """
eval "$(dbx-patch completion bash)"
tried() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dbx_patch; printf '%s ' "${{COMPREPLY[@]}}"; echo; }}
{lines}
"""
ZSH = """
autoload -U compinit; compinit -D -u
eval "$(dbx-patch completion zsh)"
compadd() {{ [[ $1 = -- ]] && shift; local word; for word; do [[ $word = $current* ]] && print -n -- "$word "; done }}
_describe() {{ local word; for word in $commands; do [[ $word = $current* ]] && print -n -- "${{word%%:*}} "; done }}
_files() {{ [[ $1 = -/ ]] && print -n -- ${{current}}*(/N) "" || print -n -- ${{current}}*(N) "" }}
tried() {{ words=("$@"); CURRENT=$#; $_comps[dbx-patch]; echo; }}
{lines}
"""
FISH = """
dbx-patch completion fish | source
{lines}
"""
# what is typed, the last word to be completed -> what has to be offered, and what must not
TYPED = {
    "": ({"status", "verify", "paths", "explain", "simulate", "report", "completion"}, {"--json", "legacy"}),
    "ver": ({"verify", "version"}, {"status"}),
    "status --": ({"--json", "--help"}, {"--runtime", "verify"}),
    "simulate --run": ({"--runtime"}, {"--json"}),
    "simulate --runtime ": ({"legacy", "modern"}, {"--json"}),
    "simulate --workspace ": ({"folder"}, {"job.py"}),
    "simulate jo": ({"job.py"}, {"folder"}),
    "explain acme_": ({"acme_src", "acme_flat"}, {"json"}),
    "explain acme_src.d": ({"acme_src.deep"}, {"acme_src"}),
    "completion ": ({"bash", "zsh", "fish"}, {"legacy"}),
}


@pytest.fixture
def env(notebook: Notebook) -> Environment:
    return notebook.environment


def offered(env: Environment, folder: Path, shell: str) -> list[set[str]]:
    program = os.environ.get(f"DBX_PATCH_TEST_{shell.upper()}") or shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell}")
    (folder / "folder").mkdir()
    (folder / "job.py").touch()
    if shell == "fish":
        lines = [f"complete -C 'dbx-patch {typed}' | string replace -r '\\t.*' '' | string join ' '" for typed in TYPED]
        lines = [f"echo ({line})" for line in lines]
    else:
        words = [" ".join(f"'{word}'" for word in f"dbx-patch {typed}".split(" ")) for typed in TYPED]
        lines = [f"tried {word}" for word in words]
    code = {"bash": BASH, "zsh": ZSH, "fish": FISH}[shell].format(lines="\n".join(lines))
    path = f"{env.folder}/bin:{os.environ['PATH']}"
    environ = clean_environ({**ON, "PATH": path, "HOME": str(folder), "DBX_PATCH_ENABLED": "0"})
    options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run(
        [program, *options, "-c", code], cwd=folder, env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0 and done.stderr == "", done
    lines = done.stdout.split("\n")
    return [{word.rstrip("/") for word in line.split()} for line in lines[: len(TYPED)]]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes(env: Environment, tmp_path: Path, shell: str) -> None:
    for (typed, (wanted, unwanted)), words in zip(TYPED.items(), offered(env, tmp_path, shell)):
        assert wanted <= words and not unwanted & words, (typed, words)


def test_it_is_printed_for_known_shells_only(env: Environment) -> None:
    assert as_json(env, "completion", "zsh")["script"].startswith("#compdef dbx-patch\n")
    for args, said in ((["tcsh"], "'tcsh'"), ([], "bash, zsh or fish")):
        done = command(env, "completion", *args)
        assert done.returncode == 2 and done.stdout == "" and said in done.stderr.splitlines()[-1]
