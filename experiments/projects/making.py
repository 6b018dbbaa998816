"""A project of one's own: a folder with an organisation, a scheme, a study and a short README; made and checked as a whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from experiments.projects.advising import lint
from sim.errors import Finding, UserError
from sim.outcomes import OUTCOME_NAMES
from sim.schemes.advice import Advice
from sim.schemes.check import Checked, check, kind_of
from sim.schemes.describe import LABELS
from sim.schemes.fit import check_scheme_fits
from sim.schemes.load import Loaded, read_organisation, read_scheme
from sim.schemes.locate import SUFFIXES, WORKBOOK, configuration_folder, is_workbook, looks_like_path
from sim.schemes.organisation import Organisation
from sim.schemes.reading import read_text, read_yaml
from sim.schemes.scheme import Scheme
from sim.schemes.study import open_study
from sim.schemes.words import dotted, element_paths, expected_at, field_at, number
from sim.schemes.workbook import write_workbook

TEMPLATES = Path(__file__).resolve().parent / "templates"
DEFAULT_SCHEME = "forced_ranking"
ORGANISATIONS = ("organisation.yaml", "organisation.yml", f"organisation{WORKBOOK}")
SOURCES = "sources.yaml"

#: Elements that the template changes, to show how.
SHOWN = ("communication.interviews_per_year", "communication.explanation")


def init_project(
    folder: Path, *, organisation: str | Path | None = None, scheme: str | Path = DEFAULT_SCHEME, excel: bool = False
) -> list[Path]:
    """Make a project in a new or empty folder; returns its files. By default the bureau is a small one with comments.

    Raises:
        UserError: the folder holds something or cannot be written, a document has mistakes, or they do not fit together.
    """
    with _told(folder):
        _check_empty(folder)
    bureau = read_organisation(organisation or configuration_folder() / "organisations" / "examples" / "my_bureau.yaml")
    base = read_scheme(scheme)
    check_scheme_fits(base, bureau)
    with _told(folder), tempfile.TemporaryDirectory() as place:
        staging = Path(place)
        _write(staging, bureau, base, scheme, excel=excel)
        open_study(staging / "study.yaml", OUTCOME_NAMES)  # what is handed out must be right
        return _moved(staging, folder)


def organisation_beside(reference: str | Path) -> Path | None:
    """The organisation of the project that a file of a scheme lies in; None for presets and files on their own."""
    if not looks_like_path(reference) and not os.path.isfile(reference):  # unlike Path, never minds a name too long
        return None
    beside = [Path(reference).parent / name for name in ORGANISATIONS]
    return next((path for path in beside if os.path.isfile(path)), None)


@dataclass(frozen=True)
class CheckedProject:
    """What was found in a project: documents that are right, mistakes, advice, and how many values name no source."""

    documents: list[Checked] = field(default_factory=list)
    mistakes: list[Finding] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)
    n_without_source: int = 0


def is_project(folder: str | Path) -> bool:
    """Whether a path is a folder of documents rather than the tables of one organisation."""
    path = Path(folder)
    return os.path.isdir(path) and not (path / "units.csv").is_file() and not (path / "tasks.csv").is_file()


def check_project(folder: Path) -> CheckedProject:
    """Everything in a project checked: each document, that schemes and studies fit, and what schemes may do to people.

    Raises:
        UserError: there is no document in the folder.
    """
    files = _documents(folder)
    if not files:
        expected = "a scheme, an organisation, a study (.yaml) or a workbook (.xlsx); or units.csv and tasks.csv"
        raise UserError.of("there is nothing to check in this folder", file=str(folder), expected=expected, hint="cadresim init")
    documents: list[Checked] = []
    mistakes: set[Finding] = set()
    advice: set[Advice] = set()
    bureau = _organisation_of(files, mistakes)
    for file in files:
        try:
            checked = check(file, organisation=bureau, outcome_names=OUTCOME_NAMES)
            advice.update(checked.advice)  # type: ignore[arg-type]
            if checked.kind == "scheme":
                advice.update(lint(checked.document, bureau))  # type: ignore[arg-type]
            documents.append(checked)
        except UserError as error:
            mistakes.update(error.findings)
    told = sorted(one for one in advice if one.name != "value-without-source")
    return CheckedProject(documents, sorted(mistakes), told, len(advice) - len(told))


def _documents(folder: Path) -> list[Path]:
    """The documents in a folder, in the order of their names; hidden files, Excel's locks and the register are none."""
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise UserError.of("the folder cannot be read", file=str(folder), found=error.strerror or str(error)) from error
    known = [path for path in files if path.suffix.lower() in (*SUFFIXES, WORKBOOK) and not path.name.startswith((".", "~"))]
    return [path for path in known if path.name != SOURCES]


def _organisation_of(files: list[Path], mistakes: set[Finding]) -> Loaded[Organisation] | None:
    """The organisation that the schemes of a project must fit: the only one there, if it can be read."""
    found = []
    for file in files:
        with suppress(UserError):  # told when the file itself is checked
            if kind_of(file) == "organisations":
                found.append(file)
    if len(found) > 1:
        expected = "one organisation in a project, so that schemes can be checked against it"
        names = ", ".join(path.name for path in found)
        mistakes.add(Finding(str(found[1].parent), 0, "", "there are several organisations in the project", names, expected))
    if len(found) != 1:
        return None
    with suppress(UserError):
        return read_organisation(found[0])
    return None


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn a failure to read or write the folder into the user's error."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", "") or str(error)
        raise UserError.of(f"the project cannot be written: {reason}", found=str(folder), hint="choose another folder") from error


def _check_empty(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UserError.of("a file is in the way", found=str(folder), expected="a new or empty folder")
    held = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    if held:
        found = ", ".join(held[:5]) + (" ..." if len(held) > 5 else "")
        raise UserError.of("the folder is not empty", file=str(folder), found=found, expected="a new or empty folder")


def _moved(staging: Path, folder: Path) -> list[Path]:
    """Copy finished files to their place; where one cannot be written, none stays, nor a folder made for them."""
    made = [path for path in [folder, *folder.parents] if not path.exists()]
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(staging.iterdir()):
            written.append(folder / path.name)
            shutil.copyfile(path, written[-1])
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        for empty in made:
            with suppress(OSError):
                empty.rmdir()
        raise
    return written


def _write(folder: Path, bureau: Loaded[Organisation], base: Loaded[Scheme], asked: str | Path, *, excel: bool) -> None:
    """All files of a project into a folder."""
    own = looks_like_path(asked) or Path(asked).is_file()
    reference = "start.yaml" if own else str(asked)
    if own:  # a file of the user's may move: the project keeps its own copy
        base = replace(base, document=base.document.model_copy(update={"name": "start"}))
        _put(
            folder / reference,
            f"# What your scheme is a difference from, copied from {Path(asked).name}.\n{_dumped(base.document)}",
        )
    organisation = f"organisation{WORKBOOK}" if excel else "organisation.yaml"
    if excel:
        write_workbook(folder / organisation, bureau.document, base.document.plan.indicators)
    else:
        _put(folder / organisation, _organisation_text(bureau))
    words = {
        "title": _one_line(f"Appraisal in {bureau.document.title or bureau.document.name}"),
        "organisation": organisation,
        "base": reference,
        "base_name": base.document.name,
        "base_title": _one_line(base.document.title or base.document.name),
        "indicators": _workbook_part(organisation) if excel else _indicators(base.document),
        "elements": "\n".join(_elements(base.document)),
    }
    for template in sorted(TEMPLATES.iterdir()):
        _put(folder / template.name, read_text(template).format_map(words))


def _organisation_text(bureau: Loaded[Organisation]) -> str:
    """The organisation's own file with its comments where it stands alone, else all its values."""
    file = bureau.files[0]
    alone = len(bureau.files) == 1 and not is_workbook(file) and not {"extends", "parts", "changes"} & set(read_yaml(file).value)
    return read_text(file) if alone else _dumped(bureau.document)


def _dumped(document: Scheme | Organisation) -> str:
    return _yaml(document.model_dump(mode="json", exclude_defaults=True))


def _indicators(scheme: Scheme) -> str:
    """What is counted, written out: indicators are replaced as a whole."""
    indicators = {name: one.model_dump(mode="json", exclude_defaults=True) for name, one in scheme.plan.indicators.items()}
    if not indicators:
        return ""
    text = _yaml({"plan": {"indicators": indicators}})
    return f"\n# What is counted. These replace the indicators of the scheme above; their weights make 1.\n{text}"


def _workbook_part(organisation: str) -> str:
    return f"parts: [{organisation}]  # the sheet `indicators` says what is counted\n"


def _elements(scheme: Scheme) -> Iterator[str]:
    """Every single element as a comment: its path, its value in the scheme, what it means and what it may be."""
    section = ""
    for path in element_paths(Scheme):
        name, described = dotted(path), field_at(Scheme, path)
        if path[0] in LABELS or path == ("plan", "indicators") or name in SHOWN:
            continue
        if path[0] != section:
            section = path[0]
            yield f"  # --- {section}"
        value: Any = scheme
        for step in path:
            value = getattr(value, step)
        shown = number(value) if isinstance(value, int | float) else str(value)
        yield f"  # {name}: {shown}  # {getattr(described, 'description', '')} ({expected_at(Scheme, path)})"


def _yaml(content: Any) -> str:
    import io

    from ruamel.yaml import YAML

    writer = YAML()
    writer.default_flow_style = False
    writer.width = 130
    text = io.StringIO()
    writer.dump(content, text)
    return text.getvalue()


def _one_line(text: str) -> str:
    """Text that can stand in YAML after a colon, as it is."""
    plain = " ".join(text.split())
    return "".join(character for character in plain if character not in "\"'#:{}[]&*!|>%@`")


def _put(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline=os.linesep if os.name == "nt" else "\n")
