"""Pages and figures about the evidence: closed forms, rows, and how many of them are met (from the stored state)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from docs.made.declared import ROOT, sources
from docs.made.markdown import anchor, code, plain, table, target


@dataclass(frozen=True)
class Counted:
    """Rows met and rows in all, by group."""

    predicted: tuple[int, int]
    leaning: tuple[int, int]
    fitted: tuple[int, int]
    tabled: tuple[int, int]
    lettered: tuple[int, int]
    limits: tuple[int, int]
    missed: tuple[str, ...]


@cache
def state() -> dict[str, dict[str, str]]:
    """The stored verdicts."""
    found: dict[str, dict[str, str]] = json.loads((ROOT / "configs" / "evidence" / "state.json").read_text("utf-8"))
    return found


@cache
def counted() -> Counted:
    """How many rows of the stored state are met: the same groups as `cadresim validate` makes."""
    from experiments.evidence.limits import limit_names
    from experiments.evidence.rows import load_row
    from experiments.evidence.verdicts import MET, are_met
    from experiments.verbs.validate import rows_in_short

    groups: dict[str, list[bool]] = {"predicted": [], "leaning": [], "fitted": [], "tabled": [], "lettered": []}
    missed = []
    for name, row in rows_in_short().items():
        if name not in state():
            continue
        file = load_row(name).file
        verdicts = list(state()[name].values())  # one a claim, in the order of the file
        met = are_met(verdicts)
        groups[row["kind"]].append(met)
        if not (file.fit or file.ours):
            asked = are_met(verdict for verdict, claim in zip(verdicts, file.claims, strict=False) if not claim.ours)
            groups["tabled"].append(asked)
            if not file.is_rest:
                groups["lettered"].append(asked)
        if row["kind"] == "predicted" and not met:
            missed.append(name)
    limits = [state()[name]["all"] in MET for name in limit_names() if name in state()]
    pairs = {name: (sum(found), len(found)) for name, found in groups.items()}
    return Counted(**pairs, limits=(sum(limits), len(limits)), missed=tuple(missed))


def facts() -> dict[str, str]:
    """Figures that hand-written pages may quote as {fact}`name`; never typed."""
    found = counted()
    told = {
        name: f"{met} of {of}"
        for name, (met, of) in (
            ("predicted_met", found.predicted),
            ("consistency_met", found.leaning),
            ("fitted_met", found.fitted),
            ("tabled_met", found.tabled),
            ("lettered_met", found.lettered),
            ("limits_met", found.limits),
        )
    }
    told["predicted_missed"] = ", ".join(f"[{name}](../evidence/rows.md#row-{name.lower()})" for name in found.missed)
    right = sum("missed" not in state()[name].values() for name in found.missed)
    told["predicted_right_sign"] = f"{right} of {len(found.missed)}"
    return told | _parameter_facts() | _size_facts()


def _parameter_facts() -> dict[str, str]:
    from docs.made.declared import parameters
    from sim.schemes.load import read_behaviour

    held = read_behaviour("default").node.value
    statuses = [held[name].annotation.status for name in parameters() if name in held and held[name].annotation]
    return {f"parameters_{status}": str(statuses.count(status)) for status in ("fitted", "cited", "assumed")} | {
        "parameters": str(len(parameters()))
    }


def _size_facts() -> dict[str, str]:
    import sim
    from docs.made.declared import columns, outcomes, presets, rules, sources, traps

    return {
        "version": sim.__version__, "rules": str(len(rules())), "columns": str(len(columns())), "outcomes": str(len(outcomes())),
        "presets": str(len(presets("schemes"))), "sources": str(len(sources())), "traps": str(len(traps())),
    }  # fmt: skip


def limits_page() -> str:
    """Closed forms that the ordinary model must reach."""
    from experiments.evidence.limits import limit_names, load_limit

    lines = [
        "# Closed forms of theory",
        "",
        "Special cases in which theory has an exact answer. Each is an ordinary organisation, scheme and behaviour with everything else",
        "switched off; the number comes out of the same simulation as any other. Made from `configs/evidence/limits` and the stored state.",
        "",
    ]
    rows = []
    for name in limit_names():
        limit = load_limit(name)
        rows.append(
            (
                code(name),
                plain(limit.title),
                plain(limit.formula),
                plain(limit.source),
                state().get(name, {}).get("all", "not yet run"),
            )
        )
    return "\n".join([*lines, table(("Limit", "What it is", "Closed form", "Source", "Verdict"), rows)])


def rows_page() -> str:
    """The rows of evidence: finding, source, setting, stored verdicts, why missed."""
    from experiments.evidence.rows import CONFIDENCE_WORDS, load_row, row_ids

    found = counted()
    lines = [
        "# Rows of evidence",
        "",
        "Published findings the model is held against. A row sets the *setting* (who, how many, which tasks, which scheme, how long), never the",
        "behaviour. Made from `configs/evidence/rows` and the stored state; measured numbers stand on [the evidence page](../evidence.md).",
        "",
        f"Met: {found.predicted[0]} of {found.predicted[1]} predicted rows, {found.leaning[0]} of {found.leaning[1]} consistency "
        f"checks, {found.fitted[0]} of {found.fitted[1]} rows fitted on. As the evidence table asks, without rows and claims of ours: "
        f"{found.tabled[0]} of {found.tabled[1]} rows not fitted on; of the table's own rows, without the rests of rows marked fit, "
        f"{found.lettered[0]} of {found.lettered[1]}.",
        "",
    ]
    for name in row_ids():
        file = load_row(name).file
        keys = file.sources
        cited = "; ".join(
            f"[{plain(str(sources()[key]['title']))}](../reference/sources.md#{anchor('source', key)})" for key in keys
        )
        verdicts = state().get(name, {})
        told = (
            ", ".join(f"{plain(claim.partition(' ')[2] or claim)}: {verdict}" for claim, verdict in verdicts.items())
            or "not yet run"
        )
        kind = (
            "fitted on" if file.fit else "leans on " + ", ".join(code(one) for one in file.leans) if file.leans else "predicted"
        )
        lines += [
            target("row", name) + f"## {name}: {plain(file.title)}",
            "",
            f"- Source: {cited} (seen: {CONFIDENCE_WORDS[file.confidence]}).",
            f"- Published: {plain(' '.join(file.published.split()))}.".replace("..", "."),
            f"- Use: {kind}.",
            f"- Setting: {plain(' '.join(file.setting.split()))}",
            f"- Verdict: {told}.",
        ]
        if file.missed:
            lines += [f"- Why missed: {plain(' '.join(file.missed.split()))}"]
        lines += [""]
    return "\n".join(lines)
