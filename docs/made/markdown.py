"""Markdown from Python: tables, fences, docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\*_\[\]<>|{}$#~^])")
_EMPHASIS = re.compile(r"(?<![\w*])\*(\w[\w ,'-]*?)\*(?![\w*])")


def plain(text: str) -> str:
    """Text with everything escaped that Markdown would take for markup; `code` and *emphasis* stay."""
    return "".join(part if part.startswith("`") else _escaped(part) for part in re.split(r"(`+[^`]*`+)", text))


def _escaped(text: str) -> str:
    parts = [_SPECIAL.sub(r"\\\1", part) for part in _EMPHASIS.split(text)]
    return "".join(f"*{part}*" if index % 2 else part for index, part in enumerate(parts))


def code(text: object) -> str:
    """Inline code."""
    return f"`{text}`" if str(text) else ""


def cell(text: object) -> str:
    """Text fit for a cell of a table."""
    return str(text).replace("\n", " ").strip()


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; cells are Markdown already, only bars inside code are shielded."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(_shielded(cell(one)) for one in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _shielded(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def fence(text: str, language: str = "text") -> str:
    """A block of code; the fence is longer than any inside."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}\n"


def docstring(text: str | None) -> str:
    """A docstring as Markdown: paragraphs, literal blocks after `::`, `Raises:` as a list."""
    if not text:
        return ""
    out: list[str] = []
    lines = inspect.cleandoc(text).split("\n")
    i = 0
    while i < len(lines):
        line = lines[i]
        if line.startswith("    "):
            block = []
            while i < len(lines) and (line_is_indented(lines[i]) or not lines[i].strip()):
                block.append(lines[i])
                i += 1
            body = inspect.cleandoc("\n" + "\n".join(block))
            if out and out[-1].rstrip().endswith(("Raises:", "Returns:", "Args:")):
                out += ["", *(f"- {plain(item)}" for item in _items(body)), ""]
            else:
                out += ["", fence(body, "python" if "=" in body and "(" in body and "load_" in body else "text")]
            continue
        out.append(plain(re.sub(r"::$", ":", line)))
        i += 1
    return "\n".join(out).strip() + "\n"


def line_is_indented(line: str) -> bool:
    return line.startswith("    ")


def _items(body: str) -> list[str]:
    """Entries of a `Raises:` section, their further lines joined."""
    items: list[str] = []
    for line in body.split("\n"):
        if line.startswith(" ") and items:
            items[-1] += " " + line.strip()
        elif line.strip():
            items.append(line.strip())
    return items


def first_sentence(text: str | None) -> str:
    """The first line of a docstring, as Markdown."""
    return plain(inspect.cleandoc(text or "").split("\n")[0])


def anchor(kind: str, name: str) -> str:
    """The anchor of a declared thing on its page."""
    return f"{kind}-{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}"


def target(kind: str, name: str) -> str:
    """The line that puts an anchor before a heading or paragraph."""
    return f"({anchor(kind, name)})=\n"


def span(kind: str, name: str, text: str) -> str:
    """Inline text that carries an anchor, for cells of tables."""
    return f"[{text}]{{#{anchor(kind, name)}}}"
