"""The words of every front, by language: one catalogue of texts, read once.

A catalogue is a folder of TOML files (`sim/lang/zh/outcomes.toml`); nested tables become dotted keys, so that
``[outcome] burnout_share = {title = "..."}`` is the text ``outcome.burnout_share.title``. What the model itself says in
English (titles of outcomes, sentences of a scheme) stands in the code, beside what it names; the English folder holds only
the rest, the Chinese folder all of it. Texts may hold placeholders (``{n}``) that the caller fills.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.errors import UserError

#: Languages by code, each with its own name.
LANGUAGES = {"en": "English", "zh": "中文"}

#: Names of ready documents (presets, bureaus, tasks), translated by their English text.
TEXTS = "text"


class MissingText(KeyError):
    """A text that a catalogue lacks: our fault, not the user's."""


@dataclass(frozen=True)
class Words:
    """The texts of one language; `words("key", n=3)` is the text at a key with its placeholders filled."""

    language: str
    texts: Mapping[str, str]
    documents: Mapping[str, str]

    def __call__(self, key: str, /, **parts: object) -> str:
        """The text at a key.

        Raises:
            MissingText: the catalogue has no such key, or a placeholder is not given.
        """
        text = self.texts.get(key)
        if text is None:
            raise MissingText(f"{self.language}: no text at {key!r}")
        return self._filled(key, text, parts)

    def of(self, key: str, english: str, /, **parts: object) -> str:
        """The text at a key whose English stands in the code; English itself is never looked up."""
        text = english if self.language == "en" else self.texts.get(key)
        if text is None:
            raise MissingText(f"{self.language}: no text at {key!r}")
        return self._filled(key, text, parts)

    def document(self, english: str) -> str:
        """A title or summary out of a ready document in this language; anything that users wrote stays as it is."""
        return self.documents.get(english, english)

    def has(self, key: str) -> bool:
        """Whether the catalogue has a text at a key."""
        return key in self.texts

    def section(self, prefix: str) -> dict[str, str]:
        """All texts below a key, by the rest of their keys: what a page is given as JSON."""
        return {key[len(prefix) + 1 :]: text for key, text in self.texts.items() if key.startswith(f"{prefix}.")}

    def _filled(self, key: str, text: str, parts: Mapping[str, object]) -> str:
        if not parts and "{" not in text:
            return text
        try:
            return (agreeing(text, parts) if self.language == "en" else text).format_map(parts)
        except (KeyError, IndexError) as error:
            raise MissingText(f"{self.language}: {key!r} lacks the part {error}") from None


@lru_cache(maxsize=8)
def words(language: str = "en") -> Words:
    """The model's words in a language (`experiments.report.lang.words` adds those of reports and pages).

    Raises:
        UserError: there is no such language.
    """
    return Words(check_language(language), *read_folder(Path(__file__).parent / language))


def counted(number: float, noun: str, plural: str = "") -> str:
    """How many of something, in English: '1 month', '12 months', '0 studies' where the plural is no mere s."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


#: Singulars of units that are not made by taking an s away.
SINGULARS = {"people": "person", "branches": "branch", "boxes": "box"}


def of_one(unit: str) -> str:
    """A unit as it stands behind a one, in English: 'month' for 'months', 'person' for 'people', 'attainment' as it is."""
    return SINGULARS.get(unit, unit.removesuffix("s") if unit.isalpha() else unit)


#: Singulars of the plurals that templates of texts count with.
COUNTED_NOUNS = {
    noun: of_one(noun)
    for noun in (
        "months", "years", "rounds", "steps", "times", "replicates", "runs", "schemes", "branches", "cadres", "people", "points",
        "seats", "elements", "assumptions", "appraisals",
    )
}  # fmt: skip
#: A count and the noun behind it, which may be filled in as well: '{n} months', '{months} {unit}'.
COUNTED = re.compile(r"\{(\w+)\} (?:\{(\w+)\}|([a-z]+))")


def agreeing(text: str, parts: Mapping[str, object]) -> str:
    """An English template whose counts of one stand before singulars. What is filled in elsewhere is users' and stays."""

    def said(found: re.Match[str]) -> str:
        noun = found[3] or str(parts.get(found[2]))
        is_one = str(parts.get(found[1])) == "1" and noun in COUNTED_NOUNS
        return f"{{{found[1]}}} {COUNTED_NOUNS[noun]}" if is_one else found[0]

    return COUNTED.sub(said, text)


def are(number: float) -> str:
    """The verb behind a number, in English: 'is' of one, else 'are'."""
    return "is" if number == 1 else "are"


def check_language(language: str) -> str:
    """The code of a language that there is.

    Raises:
        UserError: there is no such language.
    """
    if language not in LANGUAGES:
        known = ", ".join(f"{code} ({name})" for code, name in LANGUAGES.items())
        raise UserError.of("there is no such language", found=repr(str(language)[:40]), expected=f"one of {known}")
    return language


def read_folder(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """(texts by dotted key, texts of documents by their English) out of all TOML files of a folder."""
    texts: dict[str, str] = {}
    documents: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        documents |= content.pop(TEXTS, {})
        for key, text in _flat(content):
            if key in texts:
                raise ValueError(f"{path}: {key} is there already")
            texts[key] = text
    return texts, documents


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Leaves of nested tables with dotted keys."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, str(value)
