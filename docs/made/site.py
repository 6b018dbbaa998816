"""Assembling, building and checking the site."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from docs.made import sessions
from docs.made.checking import faults
from docs.made.declared import ROOT
from docs.made.mentions import drift, linked
from docs.made.pages import MADE
from docs.made.pages.evidence import facts
from docs.made.putting_in import put_in

DOCS = ROOT / "docs"
SOURCE = ROOT / "build" / "docs" / "source"
HTML = ROOT / "build" / "docs" / "html"
FACT = re.compile(r"\{fact\}`([^`]+)`")
#: Headings of the side bar say their level; what scrolls inside itself can be reached with the keyboard.
POLISHED = (
    ('<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">'),
    ("<pre>", '<pre tabindex="0">'),
    ('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'),
)
#: Cells of tables that hold numbers only ('-0.4 to -0.28', '0.224 ± 0.007'): they keep to one line, with a true minus sign.
NUMBERS = re.compile(r"(?<=<td><p>)[-+±\d., %to]*\d[-+±\d., %to]*(?=</p></td>)")
#: Names with underscores in cells of tables: they may break behind an underscore, not inside a word.
SNAKES = re.compile(r"(?<=<td><p>)[^<]*_[^<]*(?=</p></td>)")
#: Cells that hold a sentence: on a phone they get room enough to be read.
SENTENCES = re.compile(r"<td>(?=<p>(?:[^<]|<(?!/p>)){45,}</p>)")
#: On the start page: the place of pages it does not list itself.
UNLISTED = re.compile(r"\{unlisted\}`([^`]+)`")
#: Folders of `docs/` that hold no pages.
NOT_PAGES = ("made", "outputs")
#: The description of the model (ODD+D).
MODEL = ("model/odd.md", "model/entities.md", "model/submodels.md")


def hand_written() -> dict[str, str]:
    """Every page of `docs/` with its path below it."""
    found = {}
    for path in sorted(DOCS.rglob("*.md")):
        name = path.relative_to(DOCS).as_posix()
        if name.split("/")[0] not in NOT_PAGES:
            found[name] = path.read_text(encoding="utf-8")
    return found


def model_pages(pages: dict[str, str]) -> dict[str, str]:
    """The pages that describe the model and must agree with the code."""
    return {name: text for name, text in pages.items() if name in MODEL}


def finished(name: str, text: str) -> str:
    """A hand-written page with its facts, outputs and links put in.

    Raises:
        ValueError: a fact or a declared thing that does not exist, or commands without a recorded output.
    """
    known = facts()
    if wrong := [fact for fact in FACT.findall(text) if fact not in known]:
        raise ValueError(f"{name}: there is no such fact: {', '.join(wrong)}")
    text = FACT.sub(lambda match: known[match[1]], text)
    if sessions.is_session(text):
        text = sessions.with_outputs(name, text)
    return linked(put_in(text), name)


def assemble() -> list[str]:
    """Put all pages together under `SOURCE`; returns what is wrong with them."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    wrong = []
    SOURCE.mkdir(parents=True)
    for name in ("conf.py", "static", "closed-loop.svg", "calibration.csv"):
        path = DOCS / name
        (shutil.copytree if path.is_dir() else shutil.copy)(path, SOURCE / name)
    pages = hand_written()
    wrong += drift(model_pages(pages))
    for name, make in MADE.items():
        if name in pages:
            wrong.append(f"{name} is both written by hand and made")
        _write(name, make())
    pages["index.md"] = UNLISTED.sub(lambda match: _unlisted(match[1], pages), pages["index.md"])
    for name, text in pages.items():
        try:
            _write(name, finished(name, text))
        except ValueError as error:
            wrong.append(str(error))
    _write("decisions/index.md", _decisions(pages))
    for name in ("CHANGELOG", "CONTRIBUTING"):
        _write(f"{name.lower()}.md", (ROOT / f"{name}.md").read_text(encoding="utf-8"))
    return wrong


def _write(name: str, text: str) -> None:
    path = SOURCE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _unlisted(folder: str, pages: dict[str, str]) -> str:
    """Pages of a folder that the start page does not list by name."""
    found = [name.removesuffix(".md") for name in pages if name.startswith(f"{folder}/")]
    return "\n".join(name for name in found if f"{name}\n" not in pages["index.md"])


def _decisions(pages: dict[str, str]) -> str:
    """The list of decisions, newest first."""
    named = sorted((name for name in pages if name.startswith("decisions/")), reverse=True)
    entries = [Path(name).stem for name in named]
    return "\n".join(
        ["# Decisions", "", "Why things are as they are: one short page each, dated.", "", "```{toctree}", *entries, "```", ""]
    )


def build() -> int:
    """Run Sphinx, warnings as errors; returns its exit code."""
    shutil.rmtree(HTML, ignore_errors=True)
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-n",
        "-W",
        "--keep-going",
        "-b",
        "html",
        "-d",
        str(SOURCE.parent / "trees"),
        str(SOURCE),
        str(HTML),
    ]
    return subprocess.run(command, check=False).returncode


def polish() -> None:
    """Mend what the theme leaves out for the keyboard and for screen readers."""
    for path in HTML.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for before, after in POLISHED:
            text = text.replace(before, after)
        text = SNAKES.sub(lambda cell: cell[0].replace("_", "_<wbr>"), text)
        text = SENTENCES.sub('<td class="sentence">', NUMBERS.sub(_one_line, text))
        path.write_text(text, encoding="utf-8")


def _one_line(cell: re.Match[str]) -> str:
    return re.sub(r"(?<!\d)-(?=[\d.])", "\u2212", cell[0]).replace(" ", "\u00a0")


def main() -> int:
    """Assemble, build, check; tells every fault and returns 1 if there is one."""
    start = time.monotonic()
    wrong = assemble()
    assembled = time.monotonic() - start
    if not wrong and build():
        wrong.append("Sphinx found mistakes, told above")
    if not wrong:
        polish()
        wrong = faults(HTML)
    for fault in wrong:
        print(f"docs: {fault}", file=sys.stderr)
    if not wrong:
        pages = len(list(HTML.rglob("*.html")))
        whole = time.monotonic() - start
        print(f"{HTML.relative_to(ROOT)}/index.html: {pages} pages, assembled in {assembled:.0f} s, all in {whole:.0f} s")
    return 1 if wrong else 0
