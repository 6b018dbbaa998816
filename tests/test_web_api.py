"""The API of the page: the same numbers as everywhere, answers that fit the view, and bulk of bad input."""

from __future__ import annotations

import itertools
import json
import os
import random
import string
from pathlib import Path

import numpy as np
import pytest

from experiments.design.targets import SHARES, is_share
from experiments.report.lang import words
from experiments.runs.live import LiveRuns, Shelf
from experiments.statistics.intervals import paired_difference
from experiments.web.documents import LARGEST_TEXT, Documents, presets, read_own
from experiments.web.settings import Settings
from experiments.web.telling import outcome_table
from experiments.web.views import Views, read_changes
from experiments.web.writing import scheme_yaml
from sim.errors import UserError
from sim.outcomes import OUTCOME_NAMES
from sim.run import Setting, simulate_schemes
from sim.schemes.load import load_behaviour, load_organisation, load_scheme
from sim.schemes.paths import with_values
from tests.web import client_of

SMALL = "o=workshop_bureau&s=deduction_heavy&s=combined_incentives~process.coaching=0.2&seed=3"
CONFIGS = Path(__file__).parents[1] / "configs"


@pytest.fixture(scope="module")
def client():
    with client_of() as client:
        yield client


def get(client, path: str) -> dict:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


# --- the same numbers --------------------------------------------------------------------------------------------------


def test_live_runs_are_those_of_a_study_to_the_bit():
    organisation, behaviour = load_organisation("workshop_bureau"), load_behaviour()
    schemes = [load_scheme("deduction_heavy"), load_scheme("forced_ranking"), load_scheme("combined_incentives")]
    view = Views(Documents(10**6))
    from starlette.datastructures import QueryParams

    case = view.read(QueryParams("o=workshop_bureau&s=deduction_heavy&s=forced_ranking&s=combined_incentives&seed=5")).case
    runs = LiveRuns(10**7, 10**7)
    setting = Setting(organisation, behaviour, schemes[0], months=36, seed=5)
    for replicate in (0, 3):
        for scheme, record in zip(schemes, simulate_schemes(setting, schemes, replicate, desks=True), strict=True):
            np.testing.assert_array_equal(runs.run(case, scheme, replicate).outcomes, record.outcomes)


def test_the_page_tells_paired_differences(client):
    told = get(client, f"/api/run?{SMALL}&n=6")
    organisation = load_organisation("workshop_bureau")
    schemes = [load_scheme("deduction_heavy"), with_values(load_scheme("combined_incentives"), {"process.coaching": 0.2})]
    setting = Setting(organisation, load_behaviour(), schemes[0], months=36, seed=3)
    values = np.array([[r.outcomes for r in simulate_schemes(setting, schemes, n)] for n in range(6)]).transpose(1, 0, 2)
    paired = paired_difference(values[1], values[0])
    assert told["replicates"] == 6 and told["schemes"][1]["letter"] == "B"
    for place, name in enumerate(OUTCOME_NAMES):
        one = told["schemes"][1]["outcomes"][name]
        for part, exact in (("difference", paired.difference), ("low", paired.low), ("high", paired.high), ("mean", paired.mean)):
            expected = exact[place]
            assert one[part] == pytest.approx(expected, rel=1e-4, abs=1e-9) if np.isfinite(expected) else one[part] is None


def test_few_replicates_are_the_first_of_many(client):
    few, many = (get(client, f"/api/run?{SMALL}&n={n}") for n in (4, 8))
    assert few["schemes"][0]["outcomes"]["goal_attainment"]["mean"] != many["schemes"][0]["outcomes"]["goal_attainment"]["mean"]
    assert get(client, f"/api/run?{SMALL}&n=4") == few


def test_winners_are_those_of_a_study(client, tmp_path):
    from experiments import compare

    told = get(client, "/api/winners?o=toy_bureau&s=deduction_heavy&s=forced_ranking&n=4")
    study = compare(["deduction_heavy", "forced_ranking"], organisation="toy_bureau", replicates=4, workers=2)
    table = study.winners.set_index(["scheme", "dimension", "group", "measure", "what"])["value"]
    everybody = next(group for group in told["schemes"][0]["groups"] if group["dimension"] == "everybody")
    for measure, ways in everybody["measures"].items():
        for way, (value, _, _) in ways.items():
            assert value == pytest.approx(table["forced_ranking", "everybody", "everybody", measure, way], abs=1e-5)


def test_a_picture_shows_everybody_every_month(client):
    import base64

    told = get(client, f"/api/picture?{SMALL}&which=B")
    assert told["months"] == 36 and len(told["burnout"]) == 36 and len(told["units"]) == 6
    assert sum(unit["size"] for unit in told["units"]) == 40
    assert all(len(base64.b64decode(month)) == 40 for month in (*told["burnout"], *told["falsified"]))
    last = np.frombuffer(base64.b64decode(told["burnout"][-1]), np.uint8) / 250 * 6
    share = get(client, f"/api/run?{SMALL}&n=2")["schemes"][1]["lines"]["burnout_share"]["mean"][-1]
    assert 0 <= (last >= 3.5).mean() <= 1 and 0 <= share <= 1


def test_schemes_come_with_values_sources_and_advice(client):
    told = get(
        client, "/api/schemes?o=workshop_bureau&s=deduction_heavy&s=forced_ranking&s=municipal_closed_loop~process.coaching=0.9"
    )
    a, b, c = told["schemes"]
    assert any(one["name"] == "ladder-without-floor" and one["source"] for one in b["advice"])
    said = next(one["said"] for one in b["advice"] if one["name"] == "pool-not-balanced")
    assert said["template"].format(**said["parts"]) == "for 100 people prizes of 2 and cuts of 0.1 monthly wages"
    assert (
        get(client, "/api/words/zh")["documents"][said["template"]]
        .format(**said["parts"])
        .startswith("每 100 人奖励共 2 个月工资")
    )
    assert c["values"]["process.coaching"] == 0.9 and c["before"]["process.coaching"] == 0.3
    assert c["sources"]["plan.indicators.key_work.weight"]["status"] == "cited"
    assert set(a["values"]) >= {"plan.indicators.key_work.weight", "application.explicit.bonus_per_point"}


def test_every_control_is_an_element_with_words(client):
    from experiments.report.lang import words

    for control in get(client, "/api/start")["controls"]:
        for language in ("en", "zh"):
            assert words(language)(f"{control['key']}.title") and words(language)(f"{control['key']}.meaning")
        if control["kind"] == "choice":
            assert all(words("zh").has(f"choice.{choice}") for choice in control["choices"])
        else:
            assert control["low"] < control["soft"] and control["step"] > 0 and words("zh").has(f"unit.{control['unit']}")


def test_every_preset_runs_on_the_page(client):
    for name in presets("schemes"):
        response = client.get(f"/api/run?o=toy_bureau&s=deduction_heavy&s={name}&n=2&months=12")
        fits = name in get(client, "/api/bureau?o=toy_bureau")["fitting"]
        assert response.status_code == (200 if fits else 400), (name, response.text)


def test_a_downloaded_scheme_is_the_scheme(client, tmp_path):
    changes = "~process.coaching=0.15~appraisal.appraisers.peers=0.3~plan.indicators.key_work.weight=0.55"
    changes += "~appraisal.grades.ties=seniority"
    for name in ("municipal_closed_loop", "base", "s_county_remedies"):
        response = client.get(f'/api/scheme.yaml?o=county_bureau&s={name}{changes}~title=Mine: a %23 "quote"&which=A')
        assert response.status_code == 200, response.text
        assert response.headers["content-disposition"] == 'attachment; filename="mine_a_quote.yaml"'
        path = tmp_path / "mine.yaml"
        path.write_bytes(response.content)
        told, _ = read_changes(changes.split("~")[1:])
        read, made = load_scheme(path), with_values(load_scheme(name), dict(told))
        assert read.title == 'Mine: a # "quote"'
        same = {"name", "title", "summary"}
        assert read.model_dump(exclude=same) == made.model_dump(exclude=same)


def test_an_own_scheme_is_downloaded_whole(tmp_path):
    documents = Documents(10**6)
    key, _ = documents.take("schemes", "extends: forced_ranking\ntitle: 'Mine'\nprocess: {coaching: 0.4}\n")
    choice = Views(documents).choice("B", f"{key}~process.coaching=0.6", load_organisation("county_bureau"))
    path = tmp_path / "mine.yaml"
    path.write_text(scheme_yaml(choice), encoding="utf-8")
    assert load_scheme(path).model_dump(exclude={"name", "summary"}) == choice.scheme.model_dump(exclude={"name", "summary"})


def test_one_cadres_year(client):
    told = get(client, "/api/explain?o=workshop_bureau&s=deduction_heavy&s=forced_ranking&which=B&cadre=highest")
    assert told["root"]["kind"] == "grade" and told["cadres"] == 40 and told["checked"]["largest_gap"] < 1e-6
    for wrong in ("cadre=0", "cadre=41", "cadre=nobody", "which=Z", "cadre=1e9"):
        assert (
            client.get(
                f"/api/explain?o=workshop_bureau&s=deduction_heavy&s=forced_ranking&which=B&{wrong}".replace(
                    "which=B&which", "which"
                )
            ).status_code
            == 400
        )


def test_two_schemes_of_one_name_are_told_apart(client):
    from starlette.datastructures import QueryParams

    from experiments.web.reporting import named_apart

    same = "o=toy_bureau&s=deduction_heavy&s=deduction_heavy&s=deduction_heavy~process.coaching=1~title=Base"
    names = [scheme.name for scheme in named_apart(Views(Documents(10**6)).read(QueryParams(same)))]
    assert names == ["deduction_heavy", "deduction_heavy_b", "base"]


def test_the_report_is_a_file_of_its_own(client):
    if not get(client, "/api/start")["report"]:
        pytest.skip("this installation writes no reports")
    view = "o=toy_bureau&s=deduction_heavy&s=forced_ranking~title=<b>Mine</b>&months=12"
    response = client.get(f"/api/report?{view}&lang=en")
    assert response.status_code == 200, response.text[:500]
    assert response.headers["content-disposition"] == 'attachment; filename="report.html"'
    assert "<b>Mine</b>" not in response.text and "Mine" in response.text and "<script" not in response.text.lower()
    assert client.get(f"/api/report?{view}&lang=xx").status_code == 404
    assert client.get("/api/report?o=toy_bureau&s=deduction_heavy").status_code == 400


# --- what is kept --------------------------------------------------------------------------------------------------------


def test_a_shelf_keeps_what_was_asked_for_last():
    shelf: Shelf[str] = Shelf(100)
    for name in "abc":
        shelf.put(name, name, 40)
    assert shelf.get("a") is None and shelf.get("b") == "b" and shelf.n_bytes == 80
    shelf.put("d", "d", 40)
    assert shelf.get("c") is None and shelf.get("b") == "b"
    shelf.put("large", "x", 1000)
    assert shelf.n_bytes <= 100


def test_memory_of_runs_is_bounded():
    with client_of(Settings(workers=2, records_bytes=60_000, worlds_bytes=200_000)) as client:
        for seed in range(6):
            assert client.get(f"/api/run?o=toy_bureau&n=8&months=12&seed={seed}").status_code == 200
        runs = client.app.state.services.runs
        assert runs.records.n_bytes <= 60_000 and runs.worlds.n_bytes <= 200_000


def test_a_full_server_says_when_to_come_again():
    with client_of(Settings(workers=1, most_waiting=0)) as client:
        response = client.get("/api/run?o=toy_bureau&n=2")
        assert response.status_code == 503 and int(response.headers["retry-after"]) >= 1


# --- bad input, in bulk ----------------------------------------------------------------------------------------------------

NASTY = [
    "", " ", "../../etc/passwd", "/etc/passwd", "..\\..\\windows", "C:\\x", "own-", "own-../../x", "own-" + "f" * 24,
    "nan", "NaN", "inf", "-inf", "1e999", "-1", "1e-999", "0x10", "١٢", "½", "true", "null", "None", "{}", "[]",
    "<script>alert(1)</script>", "'; DROP TABLE", "${7*7}", "{{7*7}}", "%00", "\x00", "\u202e", "a" * 5000, "🙂",
    "__class__", "__init__.__globals__", "plan.__class__", "municipal_bureau/..", "file:///etc/passwd",
    "http://evil.example", "~", "~~~~", "~=", "~a=b", "=~", "deduction_heavy~", "deduction_heavy~~", "sim", "base.yaml",
]  # fmt: skip
FIELDS = ("o", "s", "months", "seed", "n", "which", "replicate", "cadre", "lang")
ADDRESSES = ("run", "winners", "picture", "schemes", "bureau", "explain", "scheme.yaml")


def refused_well(response) -> bool:
    text = response.text
    clean = "Traceback" not in text and "root:" not in text and str(Path.home()) not in text and "site-packages" not in text
    return clean and response.status_code < 500


def test_nasty_values_in_every_field_are_refused_or_harmless(client):
    quick = {"o": "toy_bureau", "n": "2", "months": "12"}
    for address in ADDRESSES:
        for name in FIELDS:
            if address == "explain" and name not in ("o", "s", "cadre", "lang"):
                continue  # as for the others, and each that is harmless takes its time
            for value in NASTY:
                if name == "months" and value.isdecimal():
                    continue
                response = client.get(f"/api/{address}", params={**quick, name: value})
                assert refused_well(response), (address, name, value, response.status_code, response.text[:300])


def test_nasty_elements_are_refused(client):
    paths = ["process.coaching", "plan.indicators.key_work.weight", "plan.points", "appraisal.raters", "appraisal.grades.ranking"]
    for path in [
        *paths,
        "plan",
        "plan.indicators",
        "behaviour.crowding",
        "organisation.levels_above",
        "name",
        "title.x",
        "plan.indicators.no.weight",
    ]:
        for value in [
            "nan",
            "inf",
            "-5",
            "1e300",
            "999999999999",
            "",
            "abc",
            "0.5.5",
            "--1",
            "1_000",
            "+1",
            "[1]",
            "free",
            "\u0661",
        ]:
            response = client.get(
                "/api/run", params={"o": "toy_bureau", "s": f"deduction_heavy~{path}={value}", "n": "2", "months": "12"}
            )
            assert refused_well(response), (path, value, response.text[:200])
            if path in (
                "behaviour.crowding",
                "organisation.levels_above",
                "plan",
                "plan.indicators",
                "plan.indicators.no.weight",
            ):
                assert response.status_code == 400


def test_random_queries_never_break_the_server(client):
    generator = random.Random(20261121)
    letters = string.printable + "~=&%éπ漢\u2028"
    for _ in range(300):
        text = "".join(generator.choice(letters) for _ in range(generator.randint(0, 120)))
        response = client.get(f"/api/{generator.choice(ADDRESSES)}", params={generator.choice(FIELDS): text, "o": "toy_bureau"})
        assert refused_well(response), (text, response.text[:200])


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("months", "11", "12 to 120"), ("months", "121", "12 to 120"), ("months", "9" * 40, "12 to 120"), ("n", "1", "2 to 100"),
        ("n", "5000", "2 to 100"), ("seed", "2147483648", "0 to 2147483647"), ("replicate", "9999", "0 to "),
    ],
)  # fmt: skip
def test_numbers_out_of_bounds_are_refused_and_not_bent(client, name, value, expected):
    """Whoever is given other numbers than asked for takes them for those of the address."""
    address = "picture" if name == "replicate" else "run"
    response = client.get(f"/api/{address}?o=toy_bureau&{name}={value}")
    assert refused_well(response) and response.status_code == 400
    (finding,) = response.json()["error"]["findings"]
    assert finding["path"] == name and finding["problem"] == "out of bounds" and finding["expected"].startswith(expected)


def test_numbers_at_their_bounds_are_taken(client):
    told = get(client, "/api/run?o=toy_bureau&months=120&n=2&seed=2147483647")
    assert len(told["schemes"][0]["lines"]["inflation"]["mean"]) == 120 and told["replicates"] == 2


def alias_bomb() -> str:
    """A few lines that unfold to 9^9 values."""
    lines = ["a: &a [" + ",".join("x" * 9) + "]"]
    for before, now in itertools.pairwise("abcdefghi"):
        lines.append(f"{now}: &{now} [" + ",".join([f"*{before}"] * 9) + "]")
    return "\n".join(lines) + "\n"


UPLOADS = {
    "not yaml": "{{{{",
    "a list": "- a\n- b\n",
    "empty": "",
    "several documents": "a: 1\n---\nb: 2\n",
    "a tag": "name: !!python/object/apply:os.system ['touch /tmp/hit']\n",
    "an alias bomb": alias_bomb(),
    "deep": "a: " + "[" * 5000 + "]" * 5000 + "\n",
    "deep mappings": "\n".join("  " * i + "a:" for i in range(300)) + "\n",
    "a path": "extends: /etc/passwd\n",
    "a relative path": "extends: ../../../../etc/passwd\n",
    "a yaml path": "extends: ./configs/schemes/base.yaml\n",
    "a list of paths": "extends: base\nparts: [/etc/passwd]\n",
    "a number to extend": "extends: 7\n",
    "nan": "extends: base\nprocess: {coaching: .nan}\n",
    "infinity": "extends: base\nprocess: {coaching: .inf}\n",
    "an unknown key": "extends: base\nevil: 1\n",
    "a control character": "name: \x07\n",
    "a merge key": "extends: base\n<<: {process: {coaching: 1}}\n",
    "a long number": "extends: base\nplan: {points: " + "9" * 6000 + "}\n",
    "a script for a name": "extends: base\nname: <script>alert(1)</script>\n",
    "a path for a name": "extends: base\nname: ../../evil\n",
}  # fmt: skip


@pytest.mark.parametrize("what", list(UPLOADS))
@pytest.mark.parametrize("kind", ["schemes", "organisations"])
def test_bad_uploads_are_refused(client, kind, what):
    before = set(os.listdir("/tmp")) if os.path.isdir("/tmp") else set()
    response = client.post(f"/api/documents/{kind}", content=UPLOADS[what].encode())
    assert response.status_code == 400, response.text[:300]
    assert refused_well(response) and response.json()["error"]["findings"]
    assert not os.path.exists("/tmp/hit") and "hit" not in set(os.listdir("/tmp")) - before


def test_uploads_of_other_kinds_types_and_sizes_are_refused(client):
    assert client.post("/api/documents/studies", content=b"a: 1").status_code == 404
    assert client.post("/api/documents/..%2f..", content=b"a: 1").status_code == 404
    assert client.post("/api/documents/schemes", files={"file": b"a: 1"}).status_code == 415
    assert client.post("/api/documents/schemes", content=b"\xff\xfe\x00").status_code == 400
    assert client.post("/api/documents/schemes", content=b"a" * (LARGEST_TEXT + 1)).status_code == 413
    assert client.post("/api/documents/schemes", content=b"a" * 10_000_000).status_code == 413
    assert client.get("/api/documents/schemes").status_code == 405


def test_an_organisation_too_large_for_the_page_is_refused(client):
    text = (CONFIGS / "organisations" / "toy_bureau.yaml").read_text(encoding="utf-8")
    huge = text.replace("cadres: 3", "cadres: 900000")
    assert huge != text
    assert "too large" in client.post("/api/documents/organisations", content=huge).text
    service = (CONFIGS / "organisations" / "national_service.yaml").read_text(encoding="utf-8")
    assert client.post("/api/documents/organisations", content=service).status_code == 400
    assert "national_service" not in presets("organisations")


def test_an_own_document_is_found_again_and_forgotten_ones_are_asked_for(client):
    text = "extends: due_process\ntitle: Mine\n"
    told = client.post("/api/documents/schemes", content=text).json()
    assert told["title"] == "Mine" and client.post("/api/documents/schemes", content=text).json() == told
    assert client.get(f"/api/run?o=toy_bureau&s=deduction_heavy&s={told['name']}&n=2&months=12").status_code == 200
    assert client.get("/api/run?o=toy_bureau&s=own-000000000000000000000000").status_code == 410


def test_own_documents_are_bounded():
    documents = Documents(10**9)
    for number in range(120):
        documents.take("schemes", f"extends: base\ntitle: Number {number}\n")
    assert len(documents._own) <= 100


def test_names_that_anybody_gives_do_not_pile_up(monkeypatch):
    from sim.schemes.paths import element_of

    monkeypatch.setattr("experiments.web.views.MOST_ELEMENTS", 300)
    views, bureau = Views(Documents(10**6)), load_organisation("toy_bureau")
    for number in range(1000):
        with pytest.raises(UserError):
            views.choice("A", f"deduction_heavy~plan.indicators.name_{number}.weight=0.5", bureau)
    assert element_of.cache_info().currsize <= 303


def test_nothing_is_written_to_the_working_folder(client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for address in ADDRESSES:
        client.get(f"/api/{address}?{SMALL}&n=2&which=B")
    client.post("/api/documents/schemes", content="extends: base\nname: evil\n")
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_ours_is_told_without_its_traceback(client, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("experiments.web.api.told_runs", broken)
    response = client.get("/api/run?o=toy_bureau&n=2&months=12")
    assert response.status_code == 500
    assert "secret" not in response.text and "fault of cadresim" in json.loads(response.text)["error"]["problem"]


def test_reading_own_documents_does_not_reach_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base2.yaml").write_text("extends: base\n", encoding="utf-8")
    (tmp_path / "base2").write_text("extends: base\n", encoding="utf-8")
    for reference in ("base2.yaml", "base2", "./base2"):
        with pytest.raises(UserError, match="only a preset"):
            read_own("schemes", f"extends: {reference}\n")


def test_a_scale_from_nought_to_one_is_no_per_cent():
    """The page, the report and the tables say the same of perceived justice."""
    units = {one["name"]: one["unit"] for one in outcome_table()}
    for name, unit in units.items():
        assert (unit in SHARES) == is_share(name) or unit == "share of most possible", name
    assert units["justice_procedural"] == "scale" and units["burnout_share"] == "share"
    assert all(words(language).has("report.scale_0_1") for language in ("en", "zh"))
