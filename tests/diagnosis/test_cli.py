"""The command line has the exit codes, help, suggestions and JSON that a user expects; `simulate` runs programs."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.environments import ROOT, Environment, clean_environ
from support.kernels import ERAS, Notebook
from support.sessions import ON, as_json, command, fits
from support.workspaces import write

COMMANDS = ("status", "verify", "paths", "explain", "demo", "simulate", "selftest", "report", "completion", "version")


@pytest.fixture
def env(notebook: Notebook) -> Environment:
    return notebook.environment


def test_script_and_module_are_the_same(env: Environment) -> None:
    script = [str(env.folder / "bin/dbx-patch"), "paths", "--json"]
    done = subprocess.run(script, env=clean_environ(ON), capture_output=True, text=True, timeout=120)
    assert done.stdout == command(env, "paths", "--json").stdout != ""


def test_json_has_a_schema_version(notebook: Notebook) -> None:
    for args in (["status"], ["verify"], ["paths"], ["explain", "json"], ["version"]):
        assert as_json(notebook.environment, *args)["schema"] == 1
    assert json.loads(simulate(notebook, "--json", "-c", "").stderr)["schema"] == 1


def test_status_paths_version(env: Environment) -> None:
    status = as_json(env, "status")
    assert status["active"] and status["fallback"] == "applied"
    assert {patch["state"] for patch in status["patches"]} == {"waiting"}
    paths = as_json(env, "paths")
    assert len(paths["installs"]) == 2 and paths["lost"] == []
    assert as_json(env, "version")["version"] == status["version"]
    assert command(env, "version").stdout.startswith(f"dbx-patch {status['version']} (Python 3.")
    assert command(env, "--version").stdout == f"dbx-patch {status['version']}\n"


def test_status_of_a_setting_that_means_nothing(env: Environment) -> None:
    found = as_json(env, "status", status=1, DBX_PATCH_ENABLED="maybe")
    assert found["active"] and "maybe" in found["warnings"][0]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(env: Environment, name: str) -> None:
    done = command(env, name, "--help", COLUMNS="80")
    assert done.returncode == 0 and f"Example: dbx-patch {name}" in done.stdout and "--json" in done.stdout
    assert fits(done.stdout)


@pytest.mark.parametrize(("typed", "meant"), [("vrify", "verify"), ("stauts", "status"), ("explane", "explain")])
def test_a_mistyped_command(env: Environment, typed: str, meant: str) -> None:
    done = command(env, typed)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == f"dbx-patch: there is no command '{typed}'. Did you mean '{meant}'?\n"


@pytest.mark.parametrize("option", ["--apply", "--verify", "--status", "--remove", "--quiet"])
def test_options_of_the_old_version_say_what_to_do(env: Environment, option: str) -> None:
    done = command(env, option)
    assert done.returncode == 2 and done.stdout == ""
    [sentence] = done.stderr.splitlines()
    assert sentence.startswith(f"dbx-patch: the option {option} of 0.1 is gone: ") and sentence.endswith(".")


# what is typed -> what the last line has to name
MISTAKES = {
    (): "there is no command",
    ("zzz",): "'zzz'. The commands are: status, ",
    ("--vershun",): "--vershun. Did you mean '--version'?",
    ("-x",): "-x",
    ("status", "--jso"): "--jso. Did you mean '--json'?",
    ("status", "extra"): "dbx-patch status: error: unrecognized arguments: extra",
    ("explain",): "NAME",
    ("explain", "a", "b"): "unrecognized arguments: b",
    ("explain", "a-b"): "'a-b' is not a module name",
    ("simulate",): "FILE, -c CODE or -m MODULE",
    ("simulate", "-c"): "-c needs CODE",
    ("simulate", "-m"): "-m needs MODULE",
    ("simulate", "no-such-file.py"): "'no-such-file.py'",
    ("simulate", "--workspace", "/no/such", "-c", "1"): "'/no/such'",
    ("simulate", "--runtime", "older", "-c", "1"): "'older'",
    ("simulate", "--without-pach", "-c", "1"): "Did you mean '--without-patch'?",
}


def test_usage_errors_name_the_mistake(env: Environment) -> None:
    for args, named in MISTAKES.items():
        done = command(env, *args)
        assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr, (args, done)
        assert named in done.stderr.splitlines()[-1], (args, done.stderr)
    assert "usage: dbx-patch" in command(env).stderr


def test_the_simulators_own_program_names_mistakes_too(env: Environment) -> None:
    for args in (["no-such-file.py"], ["--workspace", "/no/such", "-c", "1"], ["-c"], []):
        line = [env.python, "-m", "dbx_patch.simulator", *args]
        done = subprocess.run(line, env=clean_environ(ON), capture_output=True, text=True, timeout=120)
        assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr, (args, done)
        assert not args or args[-1] == "1" or args[0] in done.stderr.splitlines()[-1]


def test_a_reader_that_leaves_and_ctrl_c(env: Environment) -> None:
    for args in ("explain json", "--help", "status --help", "paths --json", "completion bash"):
        for unbuffered in ("", "1"):
            line = f"(sleep .1; exec '{env.python}' -m dbx_patch {args}) | true"
            environ = clean_environ({**ON, "PYTHONUNBUFFERED": unbuffered})
            done = subprocess.run(["sh", "-c", line], env=environ, capture_output=True, text=True, timeout=120)
            assert done.stderr == "dbx-patch: the output could not be written: Broken pipe\n", args
    line = [env.python, "-m", "dbx_patch", "simulate", "-c", "print('here', flush=True); import time; time.sleep(60)"]
    # A shell's background job, as tests may run in, has Ctrl-C ignored, and its children inherit that.
    with subprocess.Popen(
        line,
        env=clean_environ(ON),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as running:
        try:
            assert running.stdout and running.stdout.readline() == b"here\n"
            os.killpg(running.pid, signal.SIGINT)
            _, errors = running.communicate(timeout=30)
        finally:
            running.kill()
    assert running.returncode == 130 and b"cli.py" not in errors


def test_a_full_disk_is_said_in_one_line(env: Environment) -> None:
    for args in (["explain", "json"], ["paths", "--json"], ["version"], ["--help"], ["demo", "--help"], ["--version"]):
        with open("/dev/full", "wb") as full:
            line = [env.python, "-m", "dbx_patch", *args]
            done = subprocess.run(
                line, env=clean_environ(ON), stdout=full, stderr=subprocess.PIPE, text=True, timeout=120
            )
        assert done.returncode == 1
        assert done.stderr == "dbx-patch: the output could not be written: No space left on device\n", args


def in_terminal(env: Environment, *args: str, **extra: str) -> str:
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    environ = {**clean_environ(ON), "TERM": "xterm", **extra}
    subprocess.run([env.python, "-m", "dbx_patch", *args], stdout=theirs, stderr=theirs, env=environ, timeout=120)
    os.close(theirs)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(ours)
    return text.decode()


def test_colour_is_for_terminals_only(env: Environment) -> None:
    coloured = in_terminal(env, "explain", "acme_src")
    assert "\033[32mworks\033[0m" in coloured
    assert "\033" not in in_terminal(env, "explain", "acme_src", NO_COLOR="1")
    assert "\033" not in in_terminal(env, "explain", "acme_src", TERM="dumb")
    plain = command(env, "explain", "acme_src").stdout
    assert re.sub(r"\033\[[\d;]*m", "", coloured).replace("\r", "") == plain


def test_output_that_the_terminal_cannot_encode(env: Environment, tmp_path: Path) -> None:
    done = command(env, "explain", "größe", PYTHONIOENCODING="ascii", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1 and done.stderr == "" and "gr\\xf6\\xdfe" in done.stdout


def simulate(notebook: Notebook, *args: str, **env: str) -> Any:
    return command(notebook.environment, "simulate", "--workspace", str(notebook.workspace.folder), *args, **env)


@pytest.mark.parametrize("era", ERAS)
def test_simulate_a_file(notebook: Notebook, era: str, tmp_path: Path) -> None:
    code = "import sys, acme_src, library\nprint(library.load('acme_src.sub'), sys.argv[1:])\nsys.exit(3)\n"
    program = write(tmp_path, {"job.py": code}) / "job.py"
    done = simulate(notebook, "--runtime", era, str(program), "--json", "x")
    assert (done.returncode, done.stdout, done.stderr) == (3, "acme_src.sub ['--json', 'x']\n", "")
    off = simulate(notebook, "--runtime", era, "--without-patch", str(program))
    assert off.returncode == 1 and off.stdout == "" and "No module named 'acme_src'" in off.stderr


def test_simulate_code_and_module(notebook: Notebook) -> None:
    done = simulate(notebook, "-c", "import acme_src; print(acme_src.VALUE)")
    assert (done.returncode, done.stdout, done.stderr) == (0, "editable\n", "")
    assert simulate(notebook, "-m", "acme_src.sub").returncode == 0


@pytest.mark.parametrize("era", ERAS)
def test_simulate_a_notebook(notebook: Notebook, era: str, tmp_path: Path) -> None:
    """Each cell is followed by the runtime's own work, and a restart by a process of its own."""
    cells = ["import acme_src", "%restart_python", "import library\nlibrary.load('acme_src.sub')"]
    code = "\n# COMMAND ----------\n".join(cells).replace("\n%", "\n# MAGIC %")
    program = write(tmp_path, {"nb.py": f"# Databricks notebook source\n{code}\n"}) / "nb.py"
    done = simulate(notebook, "--runtime", era, str(program))
    assert (done.returncode, done.stdout, done.stderr) == (0, "'acme_src.sub'\n", "")
    off = simulate(notebook, "--runtime", era, "--without-patch", str(program))
    assert off.returncode == 1 and off.stderr.startswith("simulate: cell 1 of nb.py failed:")


def test_simulate_says_which_variant(notebook: Notebook) -> None:
    options = ["--hook", "cache", "--notebook-folder", "end", "--repository", str(notebook.workspace.home)]
    found = json.loads(simulate(notebook, "--json", *options, "-c", "import acme_src").stderr)
    assert found["variant"]["hook"] == "cache" and found["variant"]["notebook_folder"] == "end"
    assert found["variant"]["repository"] == str(notebook.workspace.home) and found["exit_status"] == 0


@pytest.mark.parametrize("era", ERAS)
def test_simulate_with_json(notebook: Notebook, era: str) -> None:
    done = simulate(notebook, "--json", "--runtime", era, "-c", "print('out'); import acme_src; raise SystemExit(4)")
    assert done.returncode == 4 and done.stdout == "out\n"
    found = json.loads(done.stderr)
    assert found["exit_status"] == 4 and found["runtime"] == era and not found["without_patch"]
    states = {patch["name"]: patch["state"] for patch in found["status"]["patches"]}
    assert states["sys_path_init"] == states["python_path_hook"] == states["autoreload"] == "applied"
    off = json.loads(simulate(notebook, "--json", "--without-patch", "-c", "").stderr)
    assert off["without_patch"] and not off["status"]["active"]


def test_in_a_folder_that_is_gone(env: Environment, tmp_path: Path) -> None:
    """Only what runs the user's own code needs a folder to be in."""
    line = f"mkdir {tmp_path}/gone; cd {tmp_path}/gone; rmdir ../gone; exec {env.python} -m dbx_patch "
    options: dict[str, Any] = {"capture_output": True, "text": True, "env": clean_environ()}
    done = subprocess.run(["sh", "-c", line + "version"], **options, timeout=120)
    assert done.returncode == 0 and done.stdout.startswith("dbx-patch ") and done.stderr == ""
    done = subprocess.run(["sh", "-c", line + "simulate -c 1"], **options, timeout=120)
    assert done.returncode == 2 and "to use as the workspace" in done.stderr


def test_status_where_nothing_is_armed(bare: Environment) -> None:
    done = command(bare, "status", PYTHONPATH=str(ROOT / "src"))
    assert " is not active: DATABRICKS_RUNTIME_VERSION is set, but this process is not armed" in " ".join(
        done.stdout.split()
    )
