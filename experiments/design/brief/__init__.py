"""The studies of the brief, as files that anyone can rerun: `cadresim reproduce`, or one by one with the command of its verb."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.errors import UserError
from sim.schemes.study import Study, open_study
from sim.schemes.words import did_you_mean

#: In the order of the brief: the studies beside this file, then two presets (also found by name everywhere else).
NAMES = (
    "deduction_or_scoring",
    "forced_ranking",
    "explicit_or_implicit",
    "communication",
    "supervision_and_digital_appraisal",
    "joint_responsibility",
    "balanced_scorecards",
    "global_sensitivity",
    "robustness",
)


@dataclass(frozen=True)
class BriefStudy:
    """One study of the brief: its document and what names it to a command (a file here, or a preset)."""

    study: Study
    reference: str

    @property
    def command(self) -> list[str]:
        """The command that runs it, without its folder."""
        return [self.study.verb.value, self.reference]


def brief_studies(names: tuple[str, ...] | list[str] = NAMES) -> list[BriefStudy]:
    """The studies of these names, in the order of the brief.

    Raises:
        UserError: there is no such study in the brief.
    """
    for name in names:
        if name not in NAMES:
            raise UserError.of(
                "the brief has no such study", found=name, expected=", ".join(NAMES), hint=did_you_mean(name, NAMES)
            )
    return [_opened(name) for name in NAMES if name in names]


def _opened(name: str) -> BriefStudy:
    beside = Path(__file__).with_name(f"{name}.yaml")
    reference = _shortest(beside) if beside.exists() else name
    return BriefStudy(open_study(reference).study, reference)


def _shortest(path: Path) -> str:
    """A path as a user would write it: relative where it lies below the working folder."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
