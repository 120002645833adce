"""The parts that can be checked without any voice."""

import math
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from starter_model import kaldi, language, spoken
from starter_model.grammar import Grammar
from starter_model.hmm import Anything, Chains
from starter_model.net import OFFSETS, Net, scores_of
from starter_model.phones import OUTPUTS
from starter_model.sources import RecipeError
from starter_model.texts import own_kept
from starter_model.vocabulary import Dictionary

SHIPPED = Path(__file__).resolve().parents[3] / "companion" / "data" / "starter"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "Dr. Smith's bill of $1,250.50 is due at 10:30.",
            ["doctor smith's bill of twelve fifty dollars and fifty cents is due at ten thirty"],
        ),
        ("I'll look into it. First, book a table; ok?", ["i'll look into it", "first book a table", "okay"]),
        ("im at last. My id: 00417, since 2014", ["i'm at last", "my i d", "zero zero four one seven since twenty fourteen"]),
        ("see https://a.example/b or mail me@b.example", ["see or mail"]),
    ],
)
def test_text_is_written_as_it_is_spoken(written: str, said: list[str]) -> None:
    assert spoken.sentences(written) == said


def test_our_sentences_are_the_same_for_the_same_seed_and_can_be_said() -> None:
    drawn = Grammar().sentences(500, seed=3)
    assert drawn == Grammar().sentences(500, seed=3)
    known = Dictionary()
    assert {word for line in drawn for word in line.split() if not known.pronunciations(word)} == set()


def test_what_is_kept_for_judging_is_not_among_our_own() -> None:
    assert not set(own_kept()) & set(Grammar().sentences(30_000, seed=7))


def test_after_every_history_the_words_come_to_one() -> None:
    lines = ["i am sorry", "i am very sorry", "you are sorry", "i am here"] * 5
    words = {word for line in lines for word in line.split()}
    found = language.estimate(lines, words, least_pair=0.1, least_triple=0.1)
    assert math.isclose(sum(found.one.values()), 1)
    for first, after in found.two.items():
        rest = sum(p for word, p in found.one.items() if word not in after)
        assert math.isclose(sum(after.values()) + found.back_from_two[first] * rest, 1, rel_tol=1e-6)


def test_the_shipped_net_is_read_and_written_byte_for_byte(tmp_path: Path) -> None:
    shipped = SHIPPED / "am" / "final.mdl"
    kaldi.write_model(kaldi.read_model(shipped, OFFSETS), tmp_path / "final.mdl")
    assert (tmp_path / "final.mdl").read_bytes() == shipped.read_bytes()
    kaldi.write_settings(tmp_path / "conf", 0.85)
    for path in (tmp_path / "conf").iterdir():
        assert path.read_bytes() == (SHIPPED / "conf" / path.name).read_bytes()


def test_what_is_no_such_net_is_refused(tmp_path: Path) -> None:
    (tmp_path / "final.mdl").write_bytes(b"\0B<TransitionModel> ")
    with pytest.raises(RecipeError, match="0 layers instead of 7"):
        kaldi.read_model(tmp_path / "final.mdl", OFFSETS)


def test_folded_layers_score_as_the_net_does_and_make_the_same_net_again() -> None:
    torch.manual_seed(1)
    net = Net(16).eval()
    net.mean.normal_()
    for norm in net.norm:
        norm.running_mean.uniform_(-1, 1)
    speech = torch.randn(1, 61, 40)
    with torch.no_grad():
        scores = net(speech)[0].numpy()
        again = Net.of(net.layers(), torch.randn(40), torch.rand(40) + 1).train().eval()(speech)[0].numpy()
    np.testing.assert_allclose(scores_of(net.layers(), speech[0].double().numpy()), scores, atol=1e-4)
    np.testing.assert_allclose(again, scores, atol=1e-4)


def test_posteriors_are_those_of_all_ways_counted_one_by_one() -> None:
    chance = random.Random(1)
    words = [[3, 4], [5]]
    scores = torch.tensor([[[chance.uniform(-1, 1) for _ in range(OUTPUTS)] for _ in range(6)]])
    found, likelihood = Chains.of([words]).posteriors(scores, torch.tensor([6]))
    states, pauses = [0, 3, 4, 0, 5, 0], {0, 3, 5}
    ways = [[start] for start in (0, 1)]
    for _ in range(5):
        ways = [[*way, to] for way in ways for to in range(way[-1], min(way[-1] + 3, 6)) if to < way[-1] + 2 or way[-1] + 1 in pauses]
    ways = [way for way in ways if way[-1] in (4, 5)]
    weights = [math.exp(sum(scores[0, frame, states[state]].item() for frame, state in enumerate(way))) for way in ways]
    assert likelihood.item() == pytest.approx(math.log(sum(weights)), abs=1e-4)
    for frame in range(6):
        silent = sum(weight for way, weight in zip(ways, weights, strict=True) if states[way[frame]] == 0) / sum(weights)
        assert found[0, frame, 0].item() == pytest.approx(silent, abs=1e-4)


def test_all_that_could_be_said_has_one_output_a_frame() -> None:
    found, _ = Anything([[[3, 4], [5]]]).posteriors(torch.randn(2, 7, OUTPUTS), torch.tensor([7, 4]))
    np.testing.assert_allclose(found.sum(2).numpy(), [[1] * 7, [1] * 4 + [0] * 3], atol=1e-4)
