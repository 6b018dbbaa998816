"""The wheel works outside the repository, presets included."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout without asking anybody outside."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--quiet", "-w", str(folder)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    (built,) = folder.glob("cadresim-*.whl")
    return built


@pytest.fixture(scope="module")
def outside(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; its dependencies are lent by the environment that runs the tests."""
    folder = tmp_path_factory.mktemp("outside")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet", str(wheel)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    ours = subprocess.run([str(python), "-c", where], check=True, capture_output=True, text=True).stdout.strip()
    lent = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    # Plain path entries: .pth files of the lending environment (such as an editable install) are not followed.
    (Path(ours) / "lent.pth").write_text("\n".join(lent))
    return folder


def cadresim(outside: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = outside / "env" / ("Scripts/cadresim.exe" if os.name == "nt" else "bin/cadresim")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(script), *arguments], cwd=outside, env=environment, capture_output=True, text=True, check=False, timeout=300
    )  # fmt: skip


def test_wheel_holds_code_and_presets_only(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "sim/configs/schemes/municipal_closed_loop.yaml" in names
    assert "sim/configs/organisations/municipal_bureau.yaml" in names
    assert "sim/configs/studies/municipal_comparison.yaml" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"sim", "experiments", "cadresim"}
    assert not [name for name in names if "__pycache__" in name]


def test_presets_are_found_outside(outside: Path) -> None:
    done = cadresim(outside, "schemes")
    assert done.returncode == 0, done.stderr
    assert "municipal_closed_loop" in done.stdout
    where = subprocess.run(
        [str(outside / "env" / "bin" / "python"), "-c", "import sim, experiments as e; print(sim.__file__); print(e.__file__)"],
        cwd=outside, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = [Path(line) for line in where.stdout.splitlines()]
    assert len(found) == 2 and not any(path.is_relative_to(ROOT) for path in found), "the wheel, not the checkout"


def test_main_job_runs_outside(outside: Path) -> None:
    done = cadresim(outside, "compare", "-g", "county_bureau", "--months", "2", "--warmup", "1", "--replicates", "2")
    assert done.returncode == 0, done.stderr
    assert (outside / "results" / "municipal_comparison" / "manifest.json").exists()
