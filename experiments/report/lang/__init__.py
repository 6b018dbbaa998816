"""All words of reports and pages, by language: `words("zh")("outcome.burnout_share.title")`.

A front adds its own texts as `experiments/report/lang/{en,zh}/FRONT.toml` under a table of its name. On top of these files
and of `sim/lang`, English texts that stand in the code (outcomes, meanings of elements) are there under the same keys.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from sim.lang import LANGUAGES, Words, check_language, read_folder
from sim.lang import words as words_of_the_model

__all__ = ["LANGUAGES", "Words", "check_language", "words"]


@lru_cache(maxsize=8)
def words(language: str = "en") -> Words:
    """Everything that a front may say in a language: titles, units, elements, sentences, its own texts.

    Raises:
        UserError: there is no such language.
    """
    model = words_of_the_model(language)
    texts, documents = read_folder(Path(__file__).parent / language)
    said_in_code = english_of_the_model() if language == "en" else {}
    return Words(language, {**said_in_code, **model.texts, **texts}, {**model.documents, **documents})


def english_of_the_model() -> dict[str, str]:
    """What the model's own tables say in English, under the keys that other languages translate."""
    from sim.outcomes import OUTCOMES
    from sim.schemes.advice import ENGLISH as AROUND_ADVICE
    from sim.schemes.describe import ENGLISH
    from sim.schemes.scheme import Indicator, Scheme
    from sim.schemes.words import dotted, element_paths, field_at, unit_of

    texts: dict[str, str] = {}
    units = {outcome.unit for outcome in OUTCOMES}
    for outcome in OUTCOMES:
        texts |= {f"outcome.{outcome.name}.title": outcome.title, f"outcome.{outcome.name}.meaning": outcome.meaning}
    elements: list[tuple[str, type, tuple[str, ...]]]
    elements = [(f"element.{dotted(path)}", Scheme, path) for path in element_paths(Scheme) if len(path) > 1]
    elements += [(f"indicator.{name}", Indicator, (name,)) for name in Indicator.model_fields]
    for key, model, path in elements:
        texts[f"{key}.meaning"] = str(getattr(field_at(model, path), "description", ""))
        units.add(unit_of(model, path))
    wages = {unit for unit in units if unit.startswith("monthly wages ")}
    texts |= {f"wage_unit.{unit}": unit.removeprefix("monthly wages") for unit in wages}
    return texts | ENGLISH | AROUND_ADVICE | {f"unit.{unit}": unit for unit in sorted(units) if unit}
