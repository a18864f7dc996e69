"""Who trains together, as TF_CONFIG says; one alone tells itself."""

import json

import pytest
import tensorflow as tf

from training.data.share import Shares
from training.errors import TeamError
from training.fitting.team import Team, assemble

ONE = ["127.0.0.1:1"]


def config(cluster: dict[str, list[str]], job: str = "worker", index: int = 0) -> str:
    return json.dumps({"cluster": cluster, "task": {"type": job, "index": index}})


@pytest.mark.parametrize("tf_config", [None, "", "{}", config({}), config({"worker": ONE})])
def test_without_others_there_is_one(
    tf_config: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if tf_config is not None:
        monkeypatch.setenv("TF_CONFIG", tf_config)
    team = assemble()
    assert (team.number, team.size, team.is_chief) == (0, 1, True)
    assert team.shares == Shares()
    assert team.strategy is tf.distribute.get_strategy()


@pytest.mark.parametrize(
    "tf_config",
    [
        "two workers",
        "[]",
        json.dumps({"cluster": {"worker": 2 * ONE}}),
        config({"worker": 2 * ONE}, index=2),
        config({"worker": 2 * ONE}, job="evaluator"),
        config({"chief": ONE, "worker": ONE}, index=1),
    ],
)
def test_a_senseless_config_is_named(tf_config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CONFIG", tf_config)
    with pytest.raises(TeamError, match=r"^TF_CONFIG: "):
        assemble()


def test_one_alone_hears_itself_and_waits_for_nobody() -> None:
    alone = Team(tf.distribute.get_strategy())
    assert alone.tell("runs/1") == "runs/1"
    alone.wait()


def test_only_the_first_writes() -> None:
    strategy = tf.distribute.get_strategy()
    assert [Team(strategy, number, 3).is_chief for number in range(3)] == [True, False, False]


@pytest.mark.parametrize("error", [tf.errors.UnavailableError, tf.errors.AbortedError])
def test_one_who_is_gone_is_said_in_a_line(error: type[tf.errors.OpError]) -> None:
    failed = error(None, None, "Collective ops is aborted by: ...")
    with (
        pytest.raises(TeamError, match=r"^another worker has ended.*--resume"),
        Team(tf.distribute.get_strategy(), 1, 2).together(),
    ):
        raise failed
    with pytest.raises(error), Team(tf.distribute.get_strategy()).together():
        raise failed


def test_other_errors_stay_what_they_are() -> None:
    with (
        pytest.raises(tf.errors.ResourceExhaustedError),
        Team(tf.distribute.get_strategy(), 1, 2).together(),
    ):
        raise tf.errors.ResourceExhaustedError(None, None, "out of memory")
