"""Who meets what, and what may be said of it: arithmetic that needs no database."""

import json
import math
import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from loyalnest.experiments import (
    ExperimentGoal,
    ExperimentState,
    ExperimentVerdict,
    GoalKind,
    Outcome,
    Plan,
    Tally,
    Variant,
    assigned,
    judge,
)
from loyalnest.experiments.rules import statistics
from loyalnest.experiments.rules.assignment import murmur3_32
from loyalnest.experiments.rules.results import days_to_go
from loyalnest.experiments.values import Experiment, ExperimentId
from loyalnest.kernel import intervals
from loyalnest.kernel.ids import new_id
from tests.conftest import NOW
from tests.dashboard.conftest import built
from tests.experiments.cast import NUDGE, design, visitor
from tests.tidy.repository import ROOT
from web.build import with_node

__all__ = ["built"]

VECTORS = Path(__file__).with_name("assignments.json")
TWIN = ROOT / "web/widget/src/assign.ts"
# Reads the twin as a browser would, and says which vectors it gets wrong.
COMPARE = """
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const [, , typescript, twin, vectors] = process.argv;
const ts = (await import(pathToFileURL(typescript))).default;
const options = { compilerOptions: { module: "esnext", target: "es2022" } };
const script = ts.transpileModule(readFileSync(twin, "utf8"), options).outputText;
const { assign, murmur3 } = await import(`data:text/javascript,${encodeURIComponent(script)}`);
const { hashes, assignments } = JSON.parse(readFileSync(vectors, "utf8"));
const wrong = hashes.filter(({ text, hash }) => murmur3(text) !== hash);
for (const it of assignments) {
  const variants = it.weights.map((weight, place) => ({ key: String(place), weight }));
  const found = assign({ ...it, variants }, it.visitor);
  if (found !== (it.variant === null ? null : String(it.variant))) wrong.push(it);
}
process.stdout.write(JSON.stringify(wrong));
"""


def vectors(name: str) -> list[dict[str, Any]]:
    return json.loads(VECTORS.read_text())[name]


def running(
    needed: int = 100, state: ExperimentState = ExperimentState.RUNNING, **changed: Any
) -> Experiment:
    wanted = design(**changed)
    return Experiment(
        merchant_id=new_id(),
        id=ExperimentId(new_id()),
        version=1,
        state=state,
        design=wanted,
        needed={variant.key: needed for variant in wanted.variants},
        created_at=NOW,
        created_by="test",
        started_at=NOW - timedelta(days=10),
        started_by="test",
        ended_at=NOW if state is ExperimentState.ENDED else None,
        ended_by=None,
    )


def test_the_server_meets_the_vectors() -> None:
    for it in vectors("hashes"):
        assert murmur3_32(it["text"].encode()) == it["hash"]
    for it in vectors("assignments"):
        percent = round(it["share"] * 100)
        found = assigned(it["key"], it["visitor"], percent=percent, weights=it["weights"])
        assert found == it["variant"], it


def test_the_browser_meets_the_same_vectors(built: Path, tmp_path: Path) -> None:
    typescript = built / "node_modules/typescript/lib/typescript.js"
    script = tmp_path / "compare.mjs"
    script.write_text(COMPARE)
    command = ["node", str(script), str(typescript), str(TWIN), str(VECTORS)]
    done = subprocess.run(
        command, env=with_node().environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []


def test_visitors_are_divided_as_planned_and_anew_by_every_experiment() -> None:
    weights, keys = (3, 2, 1), ("exp_one", "exp_two")
    places = [
        [assigned(key, visitor(n), percent=50, weights=weights) for n in range(6_000)]
        for key in keys
    ]
    for found in places:
        seen = Counter(found)
        taking_part = [seen[place] for place in range(3)]
        assert (statistics.mismatch(taking_part, weights) or 0) > 0.001
        assert (statistics.mismatch([sum(taking_part), seen[None]], (1, 1)) or 0) > 0.001
    # Of those who meet the first variant of one, the other's variants have their usual shares.
    both = Counter(other for one, other in zip(*places, strict=True) if one == 0)
    shares = [both[place] for place in range(3)]
    assert (statistics.mismatch(shares, weights) or 0) > 0.001


def test_intervals_are_those_that_were_published() -> None:
    z = intervals.critical(0.95)
    low, high = intervals.share_between(81, 263, z)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert intervals.share_between(0, 10, z).low == 0
    difference, (low, high) = intervals.difference_between((48, 80), (56, 70), z)
    assert (round(difference, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


def test_a_plan_asks_for_as_many_as_the_textbook_does() -> None:
    plan = Plan(baseline=0.1, effect=0.02)
    assert statistics.visitors_needed(plan, [1, 1]) == [3841, 3841]
    # A third variant shares the risk of being wrong, and a small one makes the others larger.
    assert min(statistics.visitors_needed(plan, [1, 1, 1])) > 3841
    first, other = statistics.visitors_needed(plan, [9, 1])
    assert abs(first - 9 * other) < 9
    assert other > 3841 / 2


@pytest.mark.parametrize(
    ("statistic", "freedom"), [(3.841459, 1), (5.991465, 2), (7.814728, 3), (9.487729, 4)]
)
def test_the_tail_of_chi_square_is_the_tables(statistic: float, freedom: int) -> None:
    assert math.isclose(statistics.chi_square_tail(statistic, freedom), 0.05, abs_tol=1e-6)


def test_shares_off_the_plan_are_as_improbable_as_elsewhere() -> None:
    assert round(statistics.mismatch([44_000, 45_000], [1, 1]) or 0, 4) == 0.0008
    assert statistics.mismatch([0, 0], [1, 1]) is None


def test_nothing_is_said_before_the_plan_is_reached() -> None:
    seen = {"a": Tally(99, 99, 1), "b": Tally(101, 100, 90)}
    result = judge(running(), seen)
    assert result.verdict is ExperimentVerdict.TOO_EARLY
    compared = result.variants[1].against_first
    assert compared
    assert compared.outcome is None
    assert compared.interval.low > 0.8
    assert (
        judge(running(state=ExperimentState.ENDED), seen).verdict is ExperimentVerdict.ENDED_EARLY
    )
    # Enough came, and some of them have time left to reach the goal.
    waiting = seen | {"a": Tally(100, 99, 1)}
    assert (
        judge(running(state=ExperimentState.ENDED), waiting).verdict is ExperimentVerdict.TOO_EARLY
    )
    assert judge(running(), {}).verdict is ExperimentVerdict.TOO_EARLY


@pytest.mark.parametrize(
    ("reached", "verdict", "outcome"),
    [
        (40, ExperimentVerdict.DIFFERENCE, Outcome.BETTER),
        (5, ExperimentVerdict.DIFFERENCE, Outcome.WORSE),
        (21, ExperimentVerdict.NO_DIFFERENCE, Outcome.NO_DIFFERENCE),
    ],
)
def test_a_plan_that_is_reached_says_what_it_saw(
    reached: int, verdict: ExperimentVerdict, outcome: Outcome
) -> None:
    result = judge(running(), {"a": Tally(100, 100, 20), "b": Tally(110, 100, reached)})
    compared = result.variants[1].against_first
    assert (result.verdict, compared and compared.outcome) == (verdict, outcome)
    assert result.variants[0].against_first is None


def test_shares_far_off_the_plan_forbid_any_verdict() -> None:
    result = judge(running(), {"a": Tally(300, 100, 10), "b": Tally(200, 100, 60)})
    assert result.verdict is ExperimentVerdict.MISMATCH
    assert result.mismatch_p is not None
    assert result.mismatch_p < 0.001
    compared = result.variants[1].against_first
    assert compared
    assert compared.outcome is None
    few = judge(running(), {"a": Tally(8, 8, 0), "b": Tally(0, 0, 0)})
    assert few.mismatch_p is None


def test_the_days_to_go_follow_the_slower_variant() -> None:
    experiment = running(needed=100)
    result = judge(experiment, {"a": Tally(50, 50, 5), "b": Tally(40, 40, 5)})
    # Sixty more at four a day, and a day for the last of them to click.
    assert days_to_go(experiment, result, now=NOW) == 16
    assert days_to_go(experiment, judge(experiment, {}), now=NOW) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"variants": (Variant(key="a"), Variant(key="a"))},
        {"variants": (Variant(key="a"), Variant(key="b", changes={"colour": "red"}))},
        {"variants": (Variant(key="a"), Variant(key="b", translations={"de": {"title": "Da"}}))},
        {"variants": (Variant(key="a"), Variant(key="b", changes={"title": "x" * 81}))},
        {"subject": "launcher"},
        {"subject": "<script>"},
        {"percent": 0},
    ],
)
def test_a_design_that_makes_no_sense_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        design(**changed)


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "&lt;b&gt;", "\u202egpj", "a\ud800b", " \u2003 ", ""]
)
def test_a_variant_says_words_and_nothing_else(words: str) -> None:
    with pytest.raises(ValidationError):
        Variant(key="b", changes={"title": words})


def test_a_goal_names_an_element_where_there_is_one() -> None:
    for kind, element in ((GoalKind.CLICK, None), (GoalKind.ORDER, NUDGE)):
        with pytest.raises(ValidationError):
            ExperimentGoal(kind=kind, element=element)
    with pytest.raises(ValidationError):
        Plan(baseline=0.6, effect=0.5)
