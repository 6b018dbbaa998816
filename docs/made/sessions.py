"""Tutorials as sessions: every command on a page is run, in order, from one empty folder; what it printed is recorded and shown.

On a page::

    ```sh                       a line (or several with a backslash) is one command; its output is shown below
    ```sh quiet                 the same, output not shown
    ```sh head=12               only the first twelve lines are shown (`tail=8`: the last eight)
    ```sh serve                 a server: started, asked for its first page, stopped
    ```yaml save=scheme.yaml    written to the folder, over what is there
    ```python save=mine.py      the same; run it with `python mine.py`

`python -m docs.made outputs` records into docs/outputs; a test runs all pages anew and holds them against what is recorded,
numbers apart (they move with the model). The state of the model is recorded too: a page whose outputs are older says so.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docs.made.declared import ROOT
from docs.made.markdown import fence

OUTPUTS = ROOT / "docs" / "outputs"
MARK = "<!-- session -->"
_BLOCK = re.compile(r"^```(?P<kind>sh|yaml|python|csv)(?P<options>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
TIMEOUT = 900
WIDTH = 110
_SERVER_SECONDS = 60


class Failed(Exception):
    """A command of a page that did not end as it should."""


@dataclass(frozen=True)
class Step:
    """One block of a page."""

    kind: str
    options: tuple[str, ...]
    body: str

    def option(self, name: str) -> str:
        """The value of `name=value`, or nothing."""
        return next((one.partition("=")[2] for one in self.options if one.startswith(f"{name}=")), "")

    @property
    def commands(self) -> list[str]:
        """The commands of a shell block: lines, with a backslash joined; comments left out."""
        joined = re.sub(r"\\\n\s*", "", self.body)
        lines = [re.sub(r"\s{2,}#.*$", "", line).strip() for line in joined.split("\n")]
        return [line for line in lines if line and not line.startswith("#")]


def is_session(text: str) -> bool:
    """Whether a page's commands are run and its outputs shown."""
    return MARK in text


def steps(text: str) -> list[Step]:
    """The blocks of a page that are run or written."""
    found = [Step(match["kind"], tuple(match["options"].split()), match["body"]) for match in _BLOCK.finditer(text)]
    return [step for step in found if step.kind == "sh" or step.option("save")]


# --- running ------------------------------------------------------------------------------------------------------------------


def run(text: str, folder: Path) -> list[str]:
    """Do everything on a page, in order; returns what each command printed.

    Raises:
        Failed: a command with another exit code than the page says (`exit=2`; 0 by default).
    """
    printed = []
    place = folder
    for step in steps(text):
        if step.option("save"):
            path = place / step.option("save")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.body, encoding="utf-8")
            continue
        for command in step.commands:
            if command.startswith("cd "):
                place = (place / command.removeprefix("cd ").strip()).resolve(strict=True)
                printed.append("")
            elif "serve" in step.options:
                printed.append(_serve(command, place))
            else:
                printed.append(_run(command, place, int(step.option("exit") or 0)))
    return printed


def _run(command: str, folder: Path, expected: int) -> str:
    """Run one command as a shell would, with this checkout's own cadresim."""
    done = subprocess.run(
        _words(command), cwd=folder, env=_environment(), capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    if done.returncode != expected:
        raise Failed(f"'{command}' ended with exit code {done.returncode}, not {expected}:\n{done.stdout}\n{done.stderr}")
    return tidy(done.stdout + (done.stderr if expected else ""), folder)


def _serve(command: str, folder: Path) -> str:
    """Start a server, ask for the first page it names, stop it."""
    log = folder / ".served"
    with log.open("w") as out:
        process = subprocess.Popen(_words(command), cwd=folder, env=_environment(), stdout=out, stderr=subprocess.STDOUT)
        try:
            return _answered(process, log, command, folder)
        finally:
            process.terminate()
            try:
                process.wait(20)  # it is asked to stop, not killed: whatever it says then is not shown
            except subprocess.TimeoutExpired:
                process.kill()


def _answered(process: subprocess.Popen[bytes], log: Path, command: str, folder: Path) -> str:
    end = time.monotonic() + _SERVER_SECONDS
    while time.monotonic() < end and process.poll() is None:
        address = re.search(r"http://[\w.:/\[\]-]+", log.read_text())
        if address:
            try:
                with urllib.request.urlopen(address.group().rstrip("."), timeout=10) as answer:
                    if answer.status == 200:
                        return tidy(log.read_text(), folder)
            except OSError:
                pass
        time.sleep(0.3)
    raise Failed(f"'{command}' did not answer:\n{log.read_text()}")


def _words(command: str) -> list[str]:
    words = shlex.split(command)
    if words[0] == "cadresim":
        return [sys.executable, "-m", "experiments.cli", *words[1:]]
    if words[0] == "python":
        return [sys.executable, *words[1:]]
    return words


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    path = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH")]))
    return kept | {"PYTHONPATH": path, "COLUMNS": str(WIDTH), "NO_COLOR": "1", "BROWSER": "true"}


def tidy(text: str, folder: Path) -> str:
    """What a command printed, without the folder it happened to run in and blanks at line ends."""
    text = re.sub(r"([#&][kb])=[\w-]{16,}", r"\1=SECRET", text)  # keys of rooms
    text = re.sub(r"(Room |/host/)[A-Z0-9]{6}\b", r"\1H7K2MQ", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8000", text)
    text = text.replace(f"{folder}/", "").replace(str(folder), ".").replace(str(ROOT) + "/", "")
    return "\n".join(line.rstrip() for line in text.replace("\r", "\n").split("\n")).strip("\n")


# --- recording and showing ------------------------------------------------------------------------------------------------------


def recorded(name: str) -> dict[str, object]:
    """What is recorded for a page."""
    path = OUTPUTS / (name.replace("/", "-").removesuffix(".md") + ".json")
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def record(name: str, text: str, folder: Path) -> Path:
    """Run a page and keep what it prints."""
    printed = run(text, folder)
    commands = [command for step in steps(text) for command in step.commands if step.kind == "sh"]
    kept = {"model": state_of_model(), "commands": commands, "printed": printed}
    path = OUTPUTS / (name.replace("/", "-").removesuffix(".md") + ".json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def state_of_model() -> str:
    """What decides over numbers: the compiled sources and the default behaviour."""
    import hashlib

    from sim.jit import source_hash

    behaviour = (ROOT / "configs" / "behaviour" / "default.yaml").read_bytes()
    return hashlib.sha256(source_hash().encode() + behaviour).hexdigest()[:12]


def with_outputs(name: str, text: str) -> str:
    """A page with what its commands printed below each block.

    Raises:
        ValueError: where the recorded commands are not those of the page.
    """
    kept = recorded(name)
    commands = [command for step in steps(text) for command in step.commands if step.kind == "sh"]
    if kept.get("commands") != commands:
        raise ValueError(f"{name}: its commands have changed; record them anew: python -m docs.made outputs {name}")
    printed = iter(kept["printed"])  # type: ignore[call-overload]
    shown = _BLOCK.sub(lambda match: _shown(match, printed), text)
    return shown.replace(MARK, _note(str(kept["model"])))


def _note(model: str) -> str:
    if model == state_of_model():
        return ""
    return (
        "```{note}\nThe outputs on this page were recorded with an earlier state of the model; its numbers have "
        "moved since. `python -m docs.made outputs` records them anew.\n```\n"
    )


def _shown(match: re.Match[str], printed: Iterator[str]) -> str:
    step = Step(match["kind"], tuple(match["options"].split()), match["body"])
    block = fence(step.body, step.kind)
    if step.option("save"):
        language = {"csv": "text"}.get(step.kind, step.kind)
        return f":::{{admonition}} `{step.option('save')}`\n:class: file\n{fence(step.body, language)}:::"
    if step.kind != "sh":
        return match.group()
    outputs = [next(printed) for _ in step.commands]
    if "quiet" in step.options:
        return block
    lines = [part for output in outputs if output for line in output.split("\n") for part in _as_on_a_terminal(line)]
    head, tail = int(step.option("head") or 0), int(step.option("tail") or 0)
    if head and len(lines) > head:
        lines = [*lines[:head], "..."]
    if tail and len(lines) > tail:
        lines = ["...", *lines[-tail:]]
    return block + ("\n" + fence("\n".join(lines)) if any(lines) else "")


def _as_on_a_terminal(line: str) -> list[str]:
    """A line of words that is wider than the terminal, in several; tables were made to fit it."""
    if len(line) <= WIDTH:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def masked(text: str) -> str:
    """What is left of an output when numbers may move: words and shape."""
    text = re.sub(r"[-+−±]?\d[\d.,]*(?:e-?\d+)?", "0", text)
    text = re.sub(r"(?:\b0 (?:s|min|h)\b ?)+|\b0 (?:kB|MB|GB)\b", "0", text)  # time and sizes are the machine's
    return re.sub(r"[\s─━│┃┏┓└┘┡┩╇╋╈]+", " ", text)


def main(names: list[str]) -> int:
    """Record the outputs of some pages, or of all."""
    from docs.made.site import hand_written

    pages = {name: text for name, text in hand_written().items() if is_session(text) and (not names or name in names)}
    for name, text in pages.items():
        folder = Path(tempfile.mkdtemp(prefix="cadresim-docs-"))
        start = time.monotonic()
        try:
            path = record(name, text, folder)
        except Failed as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        print(f"{path.relative_to(ROOT)}: {time.monotonic() - start:.0f} s")
    return 0
