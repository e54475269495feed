"""Nobody is surprised by a certificate that runs out: the log says so daily, and metrics do."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from loyalnest.entrypoints import certificates
from loyalnest.integrations import apple
from loyalnest.kernel import clock, crypto
from loyalnest.kernel.database import Database, connect
from loyalnest.kernel.settings import Settings
from tests.doors import Hands, house

NOW = clock.now()
NOWHERE = "postgresql://x@127.0.0.1:1/x"


def at(folder: Path, **settings: object) -> Database:
    """An installation whose data folder this is; its database is not asked."""
    plain = Settings(_env_file=None, data_dir=folder)  # pyright: ignore[reportCallIssue]
    return connect(NOWHERE, crypto.new_ring(), plain.model_copy(update=settings))


@pytest.fixture
def installation(tmp_path: Path) -> Database:
    it = at(tmp_path)
    certificates.make_trial(it.settings, now=NOW)
    return it


@pytest.mark.parametrize(
    ("left", "level"), [(91, None), (89, "warning"), (29, "warning"), (6, "error"), (-1, "error")]
)
async def test_the_log_warns_of_a_certificate_that_runs_out(
    installation: Database, left: int, level: str | None
) -> None:
    (standing, _) = certificates.standings(installation.settings, NOW)
    with capture_logs() as lines:
        await certificates.warn(installation, standing.expires_at - timedelta(days=left))
    told = [(it["log_level"], it["certificate"], it["days_left"]) for it in lines]
    assert told == ([(level, "apple_pass", left)] if level else [])


async def test_metrics_tell_how_long_certificates_last(installation: Database) -> None:
    async with house(installation, clock=Hands(NOW), address="127.0.0.1") as client:
        told = (await client.get("/metrics")).text
    named = r'loyalnest_certificate_seconds_left{certificate="(\w+)"} (\S+)'
    found = {name: float(seconds) for name, seconds in re.findall(named, told)}
    assert set(found) == {"apple_pass", "apple_intermediate"}
    assert 360 < found["apple_pass"] / 86_400 < 370


async def test_a_certificate_that_will_not_do_is_told_and_stops_nothing(tmp_path: Path) -> None:
    other = apple.trial.make(tmp_path / "elsewhere", now=NOW)
    wrong = at(
        tmp_path,
        apple_certificate=other.certificate,
        apple_key=other.key,
        apple_intermediate=other.intermediate,
        apple_pass_type="pass.com.example.mine",
        apple_team=other.team,
    )
    with capture_logs() as lines:
        await certificates.warn(wrong, NOW)
        assert certificates.expiries(wrong.settings) == {}
    assert {it["code"] for it in lines} == {"APPLE_PASS_TYPE_MISMATCHED"}


def test_a_set_of_our_own_is_made_only_where_no_certificate_is_set(tmp_path: Path) -> None:
    some = at(tmp_path, apple_team="ABCDE12345").settings
    certificates.make_trial(some, now=NOW)
    assert not certificates.trial_folder(some).exists()
    assert certificates.find_apple(at(tmp_path).settings) is None
