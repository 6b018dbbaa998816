"""YAML in, nodes out: values with file and line, and everything a user can get wrong in a file told at once.

YAML 1.2 core schema: `true` and `false` are the only truth values, `yes`, `no`, `12:30` and dates are text, `012` is 12
and `1e3` is 1000. Refused: duplicate keys, keys that are not text, tags, merge keys, several documents in a file,
files that are not UTF-8 or larger than 5 MB, and aliases that unfold beyond measure.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path as FilePath

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode

from sim.errors import Finding, UserError
from sim.schemes.locate import is_workbook, shown
from sim.schemes.nodes import Node, Place
from sim.schemes.words import NOT_WIDE, WIDE_COLON, quoted

LARGEST_FILE = 5_000_000  # bytes; the largest organisation written by hand is far below
MOST_NODES = 200_000
DEEPEST = 60

_TAG = "tag:yaml.org,2002:"
_WHOLE = re.compile(r"[-+]?[0-9]+")
_HEXADECIMAL = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **{sign + word: float(sign + "inf") for sign in ("", "+", "-") for word in (".inf", ".Inf", ".INF")},
}
_UNPRINTABLE = re.compile("[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_text(path: FilePath) -> str:
    """A text file as UTF-8 (a byte-order mark is taken off); `UserError` where it is no such file."""
    name = shown(path)
    if is_workbook(path):
        raise UserError.of("a workbook cannot stand here", file=name, expected="a YAML file")
    try:
        if path.is_dir():
            raise UserError.of("this is a folder", file=name, expected="a file")
        if not path.is_file():
            raise UserError.of("no such file", file=name)
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise UserError.of(
                "the file is too large", file=name, found=f"{size:,} bytes", expected=f"at most {LARGEST_FILE:,} bytes"
            )
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UserError.of("the file cannot be read", file=name, found=getattr(error, "strerror", "") or str(error)) from error
    return _decoded(raw, name)


def read_yaml(path: FilePath) -> Node:
    """A YAML file whose top level is a mapping, as a tree of nodes."""
    return parse_yaml(read_text(path), shown(path))


# Twelve presets stand on the same base: the same text is parsed once. Nodes are never written to.
@lru_cache(maxsize=128)
def parse_yaml(text: str, name: str) -> Node:
    """YAML text whose top level is a mapping, as a tree of nodes; `name` is the file told to the user."""
    top = _composed(text, name)
    if top is None:
        raise UserError.of("the file is empty", file=name, line=1, expected="a mapping of keys to values")
    if not isinstance(top, MappingNode):
        found = "a list" if isinstance(top, SequenceNode) else "a plain value"
        line = top.start_mark.line + 1
        raise UserError.of(
            "the top level is not a mapping", file=name, line=line, found=found, expected="a mapping such as 'name: my_scheme'"
        )
    converter = _Converter(name)
    node = converter.node(top, Place(name, 1), ())
    if converter.findings:
        raise UserError(sorted(converter.findings))
    return node


def _decoded(raw: bytes, name: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        is_workbook = raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
        hint = (
            "save it as UTF-8 (in Excel: 'CSV UTF-8')"
            if not is_workbook
            else "this is a workbook: save it as .xlsx and name it so"
        )
        raise UserError.of("the file is not UTF-8 text", file=name, line=line, expected="UTF-8", hint=hint) from error
    odd = _UNPRINTABLE.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise UserError.of("a control character stands in the file", file=name, line=line, found=repr(odd.group()))
    return text


def _composed(text: str, name: str) -> YamlNode | None:
    reader = YAML(typ="safe", pure=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return reader.compose(text)
    except MarkedYAMLError as error:
        raise UserError([_syntax_finding(error, text, name)]) from error
    except RecursionError as error:
        raise UserError.of("the file is nested too deeply", file=name, expected=f"at most {DEEPEST} levels") from error
    except (YAMLError, ValueError, IndexError, KeyError, TypeError, AttributeError, AssertionError) as error:
        # ruamel lets a few bare Python errors through on malformed directives and escapes; they are still the file's fault.
        raise UserError.of("this is not YAML", file=name, line=1, found=quoted(str(error))) from error


def _syntax_finding(error: MarkedYAMLError, text: str, name: str) -> Finding:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else 1
    problem = str(error.problem or error.context or "not YAML")
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())] or "'\\t'" in problem:
        return Finding(name, line, "", "a tab is used for indentation", quoted(written.strip()), "spaces", "two spaces per level")
    wide = _full_width_colon(lines, line)
    if wide:
        told = "a full-width colon after a key"
        return Finding(name, wide, "", told, quoted(lines[wide - 1].strip()), "a colon and a space", NOT_WIDE)
    if "single document" in str(error.context or "") + problem:
        return Finding(name, line, "", "there are several documents in the file", "'---'", "one document per file")
    if "undefined alias" in problem:
        return Finding(
            name, line, "", problem, quoted(written.strip()), "an anchor (&name) above it", "quote text that starts with *"
        )
    return Finding(name, line, "", f"YAML syntax: {problem}", quoted(written.strip()), "", _syntax_hint(problem, written))


def _full_width_colon(lines: Sequence[str], line: int) -> int:
    """The line (from 1) where a key ends in the colon of Chinese text, which YAML takes for a letter; 0 = none.

    YAML trips over such a line, or over the next.
    """
    return next((n for n in (line, line - 1) if 1 <= n <= len(lines) and WIDE_COLON.match(lines[n - 1])), 0)


def _syntax_hint(problem: str, written: str) -> str:
    if "mapping values are not allowed" in problem:
        return "check the indentation, and quote text that contains ': '"
    if "could not find expected ':'" in problem:
        return "a colon and a space are missing after a key"
    if problem.startswith("expected ") or "flow" in problem:
        return "check the indentation and the brackets"
    if written.strip()[:1] in "@`%":
        return "quote text that starts with this character"
    return ""


class _Converter:
    """Walks the YAML nodes of one file once; collects findings instead of stopping at the first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.findings: list[Finding] = []
        self.count = 0

    def node(self, yaml: YamlNode, place: Place, path: tuple[str, ...]) -> Node:
        self.count += 1
        if self.count > MOST_NODES:
            raise UserError.of(
                "aliases unfold to too many values", file=self.name, line=place.line, expected=f"at most {MOST_NODES:,}"
            )
        if len(path) > DEEPEST:
            raise UserError.of(
                "the file is nested too deeply", file=self.name, line=place.line, expected=f"at most {DEEPEST} levels"
            )
        if isinstance(yaml, MappingNode):
            return self.mapping(yaml, place, path)
        if isinstance(yaml, SequenceNode):
            return self.sequence(yaml, place, path)
        return Node(self.scalar(yaml, place, path), place)

    def mapping(self, yaml: MappingNode, place: Place, path: tuple[str, ...]) -> Node:
        self._refuse_tag(yaml, "map", place, path)
        first_line: dict[str, int] = {}
        parts: dict[str, Node] = {}
        for key_node, item in yaml.value:
            line = key_node.start_mark.line + 1
            key = self.key(key_node, line, path)
            if key is None:
                continue
            here = (*path, key)
            if key in first_line:
                self._find(
                    line, here, "this key stands here twice", expected="each key once", hint=f"first on line {first_line[key]}"
                )
                continue
            first_line[key] = line
            parts[key] = self.node(item, Place(self.name, line), here)
        return Node(parts, place)

    def key(self, yaml: YamlNode, line: int, path: tuple[str, ...]) -> str | None:
        if not isinstance(yaml, ScalarNode):
            self._find(line, path, "a key is not text", found="a list or mapping", expected="a plain name")
            return None
        if yaml.value == "<<" and yaml.style is None:
            self._find(
                line, path, "merge keys (<<) belong to YAML 1.1", hint="use 'extends: NAME' for differences on another file"
            )
            return None
        value = self.scalar(yaml, Place(self.name, line), path)
        if not isinstance(value, str):
            self._find(line, path, "a key is not text", found=quoted(yaml.value), expected="text", hint="put it in quotes")
            return None
        return value

    def sequence(self, yaml: SequenceNode, place: Place, path: tuple[str, ...]) -> Node:
        self._refuse_tag(yaml, "seq", place, path)
        items = [
            self.node(item, Place(self.name, item.start_mark.line + 1), (*path, str(index)))
            for index, item in enumerate(yaml.value)
        ]
        return Node(items, place)

    def scalar(self, yaml: YamlNode, place: Place, path: tuple[str, ...]) -> object:
        text = yaml.value
        if not str(yaml.tag or "").startswith(_TAG) or str(yaml.tag).removeprefix(_TAG) in ("binary", "set", "omap", "pairs"):
            self._find(place.line, path, "tags are not used here", found=quoted(str(yaml.tag)), expected="a plain value")
            return text
        if getattr(yaml, "style", None) is not None:  # quoted or block text is text
            return text
        if text in _WORDS:
            return _WORDS[text]
        return self.number(text, place, path)

    def number(self, text: str, place: Place, path: tuple[str, ...]) -> object:
        try:
            if _WHOLE.fullmatch(text):
                return int(text)
            if _HEXADECIMAL.fullmatch(text):
                return int(text, 0)
            return float(text) if _REAL.fullmatch(text) else text
        except ValueError:  # Python refuses to read a whole number of more than some thousand digits
            self._find(place.line, path, "a number is far too long", found=f"{len(text):,} digits")
            return 0

    def _refuse_tag(self, yaml: YamlNode, kind: str, place: Place, path: tuple[str, ...]) -> None:
        if str(yaml.tag) != _TAG + kind:
            self._find(
                place.line, path, "tags are not used here", found=quoted(str(yaml.tag)), expected="a plain mapping or list"
            )

    def _find(self, line: int, path: tuple[str, ...], problem: str, found: str = "", expected: str = "", hint: str = "") -> None:
        self.findings.append(Finding(self.name, line, ".".join(path), problem, found, expected, hint))
