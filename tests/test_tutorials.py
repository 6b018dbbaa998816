"""Every command that a tutorial or how-to shows is run, in order, from an empty folder; what is shown is what it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.made import sessions, site

PAGES = {name: text for name, text in site.hand_written().items() if sessions.is_session(text)}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_does_what_it_shows(name: str, tmp_path: Path) -> None:
    """Words and shape must agree with what is recorded; numbers move with the model (`python -m docs.made outputs`)."""
    kept = sessions.recorded(name)
    printed = sessions.run(PAGES[name], tmp_path)
    is_same_model = kept["model"] == sessions.state_of_model()
    for command, old, new in zip(kept["commands"], kept["printed"], printed, strict=True):
        if is_same_model:
            assert sessions.masked(new) == sessions.masked(old), command
        else:  # other numbers make other sentences: what is settled, what stands out
            assert bool(new.strip()) == bool(old.strip()), command


@pytest.mark.parametrize("name", sorted(PAGES))
def test_recorded_commands_are_those_of_the_page(name: str) -> None:
    assert sessions.with_outputs(name, PAGES[name])


def test_the_tutorials_are_sessions() -> None:
    for name in ("tutorials/designer.md", "tutorials/researcher.md", "tutorials/teacher.md"):
        assert name in PAGES
