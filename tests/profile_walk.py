"""Where the compiled walk spends its time, by rule and by line of source: `python -m tests.profile_walk [SCHEME] [SECONDS]`.

Linux only: `perf` looks where the process is a thousand times a second, and `addr2line` of binutils says which line that is,
through all that has been inlined. The model is compiled once more for it, with lines kept (two minutes), in a folder that is
thrown away. What the rules call outside (logarithms, powers) stands apart.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
LOOKS_A_SECOND = 997
MOST_SHOWN = 25
#: The section of compiled code in numba's objects.
CODE = ".ltext"


class Place(NamedTuple):
    """A compiled function: its object file, where its code begins in the process, and how long it is."""

    path: Path
    begins: int
    size: int


class Spot(NamedTuple):
    """A place in the source, and every function it has been inlined into."""

    rule: str
    line: str
    within: frozenset[str]


# --- the process that is looked at ----------------------------------------------------------------------------------------


def walk_for(folder: Path, scheme: str, seconds: float) -> None:
    """Compile, leave every compiled rule and its address in `folder`, then walk a bureau until the time is over."""
    import numpy as np

    from sim.history import HISTORY
    from sim.population.world import copy_of
    from sim.run import walk
    from tests.bench import stage_of

    stage = stage_of("county_bureau", scheme=scheme)
    world, months = stage.warmed_up(0), stage.setting.steps
    first = stage.setting.warmup_steps
    walk(copy_of(world), first, np.zeros(months, HISTORY))
    (folder / "places").write_text("".join(written_down(folder)))
    (folder / "ready").touch()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        walk(copy_of(world), first, np.zeros(months, HISTORY))
    os._exit(0)  # taking the compiler apart is none of the walk


def written_down(folder: Path) -> Iterator[str]:
    """A line for every rule that was compiled: its object file, its address, its symbol."""
    for number, compiled in enumerate(compiled_rules()):
        symbol = compiled.fndesc.llvm_func_name
        path = folder / f"{number}.o"
        path.write_bytes(compiled.library._get_compiled_object())
        yield f"{path} {compiled.library.get_pointer_to_function(symbol):x} {symbol}\n"


def compiled_rules() -> Iterator[Any]:
    """Everything numba has compiled for the model in this process."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("sim.")]
    dispatchers = {id(value): value for module in modules for value in vars(module).values() if hasattr(value, "overloads")}
    for dispatcher in dispatchers.values():
        yield from dispatcher.overloads.values()


# --- looking --------------------------------------------------------------------------------------------------------------


def looks(folder: Path, scheme: str, seconds: float) -> list[tuple[int, str]]:
    """(address, symbol) where the process was, one a look; compiled rules have no symbol that perf knows."""
    told = {"NUMBA_DEBUGINFO": "1", "CADRESIM_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(ROOT)}
    code = "import sys, tests.profile_walk as p; p.walk_for(p.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))"
    command = [sys.executable, "-W", "ignore", "-c", code, str(folder), scheme, str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **told}) as process:
        while not (folder / "ready").exists():
            if process.poll() is not None:
                raise SystemExit(process.returncode)
            time.sleep(0.2)
        kept = folder / "looks"
        asked = ["perf", "record", "-F", str(LOOKS_A_SECOND), "-p", str(process.pid), "-o", str(kept)]
        subprocess.run(asked, check=True, capture_output=True)
    seen = [line.split(maxsplit=1) for line in output("perf", "script", "-i", str(kept), "-F", "ip,sym").splitlines()]
    return [(int(words[0], 16), words[1]) for words in seen if len(words) == 2]


def places_of(folder: Path) -> list[Place]:
    """Where the compiled rules lie in the process."""
    places = []
    for line in (folder / "places").read_text().splitlines():
        path, address, symbol = line.split()
        starts = {words[-1]: int(words[0], 16) for words in map(str.split, output("nm", "--defined-only", path).splitlines())}
        sizes = [words for words in map(str.split, output("size", "-A", path).splitlines()) if words and words[0] == CODE]
        places.append(Place(Path(path), int(address, 16) - starts[symbol], int(sizes[0][1])))
    return places


def spots_of(place: Place, offsets: list[int]) -> dict[int, Spot]:
    """The source of every offset into a compiled rule."""
    wanted = [hex(offset) for offset in offsets]
    told = output("addr2line", "-j", CODE, "-i", "-f", "-a", "-e", str(place.path), *wanted)
    answers = re.split(r"^0x[0-9a-f]+\n", told, flags=re.MULTILINE)[1:]
    return {offset: spot_told(answer.splitlines()) for offset, answer in zip(offsets, answers, strict=True)}


def spot_told(lines: list[str]) -> Spot:
    """A spot from addr2line's answer: a name and a line for what runs there, then for everything it was inlined into."""
    names = [rule_called(symbol) for symbol in lines[::2]]
    return Spot(names[0], Path(lines[1].split(" ")[0]).name, frozenset(names))


def rule_called(symbol: str) -> str:
    """The name of a rule out of numba's symbol, in which every part of the path stands after its length."""
    name, rest = symbol, symbol.partition("_ZN")[2]
    while found := re.match(r"\d+", rest):
        length = int(found.group())
        name, rest = rest[found.end() :][:length], rest[found.end() + length :]
    return name


def output(*command: str) -> str:
    """What a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


# --- telling --------------------------------------------------------------------------------------------------------------


def main(scheme: str = "deduction_heavy", seconds: float = 30.0) -> int:
    """Look at the walk under one scheme, and print where it is most of the time."""
    lacking = [tool for tool in ("perf", "addr2line", "nm", "size") if shutil.which(tool) is None]
    if lacking:
        print(f"profiling needs {', '.join(lacking)} (Linux: packages linux-perf and binutils)", file=sys.stderr)
        return 2
    print(f"county bureau, {scheme}: compiling with lines kept, then looking for {seconds:g} s ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="cadresim-profile-") as name:
        folder = Path(name)
        told = looks(folder, scheme, seconds)
        seen, elsewhere = Counter(address for address, _ in told), Counter(symbol for _, symbol in told)
        rules, inside, lines = Counter[str](), Counter[str](), Counter[str]()
        for place in places_of(folder):
            offsets = [address - place.begins for address in seen if 0 <= address - place.begins < place.size]
            for offset, spot in spots_of(place, offsets).items() if offsets else ():
                times = seen[place.begins + offset]
                rules[spot.rule] += times
                lines[f"{spot.line:22s} {spot.rule}"] += times
                inside.update(dict.fromkeys(spot.within, times))
    total = seen.total()
    del elsewhere["[unknown]"]
    print(f"{total:,} looks, {rules.total() / total:.0%} of them in compiled rules")
    shown = {"in a rule itself": rules, "in a rule and all inlined into it": inside, "by line": lines, "elsewhere": elsewhere}
    for title, found in shown.items():
        print(f"\n{title}")
        for what, times in found.most_common(MOST_SHOWN):
            print(f"  {times / total:6.1%}  {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2], *map(float, sys.argv[2:3])))
