"""Whatever is done to a valid file, the user is told a `UserError` or gets a document: never anything else."""

from __future__ import annotations

import copy
import io
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sim.errors import UserError
from sim.schemes.fit import check_scheme_fits
from sim.schemes.load import read_behaviour, read_organisation, read_scheme
from sim.schemes.locate import configuration_folder
from sim.schemes.study import open_study

GOOD = Path(__file__).parent / "broken" / "good"
CONFIGS = configuration_folder()

# Small presets of every kind; the mutations reach the same code in large ones.
VALID = {
    "schemes": [GOOD / "scheme.yaml", CONFIGS / "schemes/municipal_closed_loop.yaml", CONFIGS / "schemes/base.yaml"],
    "organisations": [
        GOOD / "organisation.yaml",
        CONFIGS / "organisations/toy_bureau.yaml",
        CONFIGS / "organisations/national_service.yaml",
    ],
    "behaviour": [GOOD / "behaviour.yaml", CONFIGS / "behaviour/default.yaml"],
    "studies": [CONFIGS / "studies/municipal_comparison.yaml"],
}
FILES = [(kind, path.read_text(encoding="utf-8")) for kind, paths in VALID.items() for path in paths]
TABLES = ((GOOD / "units.csv").read_text(), (GOOD / "tasks.csv").read_text())

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.just(10**400),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["all", "key", "perspective:", "category:x", "..", "base", "/", "\x00", "1e5", "yes", "extends"]),
    st.just([]),
    st.just({}),
    st.just({"value": 1}),
    st.just({"value": {"value": 1}}),
    st.just({"value": 0.5, "source": 3, "low": "a"}),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)
FUZZ = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def outcome(kind: str, content: bytes) -> None:
    """Read content as a file of a kind; only a `UserError` may come out, and it must be printable and not empty."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzzed.yaml"
        path.write_bytes(content)
        try:
            read(kind, path)
        except UserError as error:
            assert error.findings
            assert all(finding.problem and finding.file for finding in error.findings), str(error)


def read(kind: str, path: Path) -> None:
    if kind == "schemes":
        check_scheme_fits(read_scheme(path), read_organisation(GOOD / "organisation.yaml"))
    elif kind == "studies":
        open_study(path, ("burnout_share",))
    elif kind == "behaviour":
        read_behaviour(path)
    else:
        read_organisation(path)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path into a nested value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places(item, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A nested value with the part at a path replaced."""
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = replaced(value[path[0]], path[1:], new)
    return value


def renamed(value: Any, path: tuple[Any, ...], name: str) -> Any:
    """A nested value with the key at a path renamed (or the part replaced, where it has no key)."""
    if not path or not isinstance(path[-1], str):
        return replaced(value, path, name)
    parent = value
    for step in path[:-1]:
        parent = parent[step]
    return replaced(value, path[:-1], {name if key == path[-1] else key: item for key, item in parent.items()})


def dumped(value: Any) -> bytes:
    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump(value, stream)
    return stream.getvalue().encode("utf-8", "surrogatepass")


@FUZZ
@given(st.sampled_from(FILES), st.data())
def test_any_value_anywhere(file: tuple[str, str], data: st.DataObject) -> None:
    kind, text = file
    value = YAML(typ="safe", pure=True).load(text)
    place = data.draw(st.sampled_from(places(value)))
    outcome(kind, dumped(replaced(value, place, data.draw(JUNK))))


@FUZZ
@given(st.sampled_from(FILES), st.text(max_size=10), st.data())
def test_any_name_for_any_key(file: tuple[str, str], name: str, data: st.DataObject) -> None:
    kind, text = file
    value = YAML(typ="safe", pure=True).load(text)
    outcome(kind, dumped(renamed(value, data.draw(st.sampled_from(places(value))), name)))


@FUZZ
@given(st.sampled_from(FILES), st.data())
def test_any_text_anywhere(file: tuple[str, str], data: st.DataObject) -> None:
    kind, text = file
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 30))
    new = data.draw(st.text(alphabet=st.sampled_from("\t\n :-[]{}&*!|>%@`\"'#,?<.~0a\x07\xe9\u4e2d"), max_size=6))
    outcome(kind, (text[:start] + new + text[start + length :]).encode())


@FUZZ
@given(st.sampled_from(FILES), st.data())
def test_any_byte_anywhere(file: tuple[str, str], data: st.DataObject) -> None:
    kind, content = file[0], bytearray(file[1].encode())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    outcome(kind, bytes(content))


@FUZZ
@given(st.sampled_from([0, 1]), st.data())
def test_any_text_in_tables(which: int, data: st.DataObject) -> None:
    tables = list(TABLES)
    start = data.draw(st.integers(0, len(tables[which])))
    new = data.draw(st.one_of(st.text(alphabet=st.sampled_from(",;\t\n\"'ax01.-%\x00\u4e2d"), max_size=8), st.text(max_size=8)))
    tables[which] = tables[which][:start] + new + tables[which][start + data.draw(st.integers(0, 12)) :]
    with tempfile.TemporaryDirectory() as folder:
        for name, text in zip(("units.csv", "tasks.csv"), tables, strict=True):
            (Path(folder) / name).write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
        try:
            read_organisation(Path(folder))
        except UserError as error:
            assert error.findings


REFERENCES = st.one_of(
    st.text(max_size=30), st.sampled_from(["..", ".", "/", "../base", "base/..", "\x00", "a" * 5000, "base\n", ""])
)


@FUZZ
@given(REFERENCES)
def test_any_reference(reference: str) -> None:
    for reader in (read_scheme, read_organisation, read_behaviour, open_study):
        try:
            reader(reference)  # type: ignore[operator]
        except UserError as error:
            assert str(error)


@FUZZ
@given(st.text(alphabet=st.sampled_from("planoicsrehgm._[]0 "), max_size=25), JUNK)
def test_any_change(path: str, value: Any) -> None:
    try:
        read_scheme(GOOD / "scheme.yaml", changes={path: value})
    except UserError as error:
        assert error.findings
