"""Presets in words: what every ready scheme, organisation and study is."""

from __future__ import annotations

from docs.made.declared import presets
from docs.made.markdown import code, fence, plain, span, table, target


def page() -> str:
    """The page of presets."""
    from sim.schemes.describe import describe
    from sim.schemes.load import load_organisation, load_scheme
    from sim.schemes.study import load_study

    schemes = {name: load_scheme(name) for name in presets("schemes")}
    lines = [
        "# Presets",
        "",
        "Ready documents, each a file under `configs/`. `cadresim show NAME` tells every value with its source.",
        "",
        "## Schemes",
        "",
    ]
    lines += [
        table(
            ("Name", "Title", "What makes it itself"),
            [
                (f"[`{name}`](#preset-{name.replace('_', '-')})", plain(one.title), plain(one.summary))
                for name, one in schemes.items()
            ],
        )
    ]
    lines += ["## Organisations", ""]
    bureaus = {name: load_organisation(name) for name in presets("organisations")}
    lines += [
        table(
            ("Name", "Title", "Size"),
            [(span("bureau", name, code(name)), plain(one.title), _size(one)) for name, one in bureaus.items()],
        )
    ]
    lines += ["## Studies", ""]
    studies = {name: load_study(name) for name in presets("studies")}
    lines += [
        table(
            ("Name", "Verb", "Question"),
            [
                (span("study", name, code(name)), code(_study(one).verb.value), plain(_study(one).question))
                for name, one in studies.items()
            ],
        )
    ]
    lines += ["## Schemes in words", "", "As `cadresim describe NAME` tells them.", ""]
    for name, one in schemes.items():
        lines += [target("preset", name) + f"### {name}", "", fence(describe(one)), ""]
    return "\n".join(lines)


def _study(found: object) -> object:
    return getattr(found, "study", found)


def _size(organisation: object) -> str:
    from sim.population.founding import plan_units

    units = list(plan_units(organisation))
    people = sum(unit.department.cadres for unit in units)
    return f"{people:,} cadres in {len(units):,} departments"
