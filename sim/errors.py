"""What goes wrong, told so that the user can mend it.

Two families that never mix: `UserError` is the user's to mend (a scheme with an unknown key, a folder that cannot
be written); anything else is ours. The command line prints a `UserError` without a traceback and exits with 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: Characters of what was found that are told: nobody reads a page of it.
LONGEST_TOLD = 1000


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to mend: where it is, what was found, what was expected and what to do."""

    file: str = ""
    line: int = 0
    path: str = ""
    problem: str = ""
    found: str = ""
    expected: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        head = ": ".join(part for part in (place, self.path, self.problem) if part)
        tail = [
            f"    {label} {text if len(text) <= LONGEST_TOLD else text[:LONGEST_TOLD] + ' ...'}"
            for label, text in (("found:   ", self.found), ("expected:", self.expected), ("hint:    ", self.hint))
            if text
        ]
        return "\n".join([head, *tail])


@dataclass
class UserError(Exception):
    """Something the user can mend; carries every finding at once, sorted by place."""

    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, problem: str, **where: object) -> UserError:
        """A `UserError` with a single finding."""
        return cls([Finding(problem=problem, **where)])  # type: ignore[arg-type]

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in sorted(self.findings))
