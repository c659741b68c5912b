"""The model-server's token log-probabilities beside PyTorch's, for what the notebook exports and for the demo."""
import re
import sys

import pytest
import torch

from conftest import NOTEBOOKS
from finetune.bpe import Bpe
from finetune.gpt2 import Gpt2, scored_sequence
from service import serving

sys.path.insert(0, str(NOTEBOOKS / "corpora"))
import people  # noqa: E402
from make_stories import corpus  # noqa: E402

DEMO = NOTEBOOKS.parent / "models/demo-gpt2"
TEXTS = ["The river remembers every boat.", "Greta the boatbuilder, who was patient, opened. \"Sit down,\" she said.", "Nothing like it: 3.14 × naïve 😀\n\tend"]


def log_probabilities(service, ids):
    """What the model-server gives each token of `ids` but the first."""
    body = {"prompt": ids, "echo": True, "max_tokens": 0, "logprobs": 5}
    found = service.post("/v1/completions", body)["choices"][0]["logprobs"]["token_logprobs"]
    assert len(found) == len(ids) and found[0] is None
    return torch.tensor(found[1:])


def assert_same_log_probabilities(folder):
    model, tokenizer = Gpt2.load(folder), Bpe.load(folder / "vocab.json", folder / "merges.txt")
    with serving("model-server", folder) as service:
        for text in TEXTS:
            ids = tokenizer.encode(text)
            assert service.post("/tokenize", {"text": text})["tokens"] == ids
            sequence = scored_sequence(ids, tokenizer.end_of_text, model.config["n_positions"])
            assert torch.allclose(log_probabilities(service, sequence), model.log_probabilities(sequence), atol=1e-3, rtol=0), text


def test_model_server_notebook_s_tiny_folder_gives_pytorch_s_log_probabilities(exported):
    assert_same_log_probabilities(exported("01-finetune-gpt2.ipynb"))


def test_model_server_demo_gives_pytorch_s_log_probabilities():
    assert_same_log_probabilities(DEMO)


@pytest.fixture(scope="module")
def demo():
    with serving("model-server", DEMO) as service:
        yield service


def written(split):
    """The card's row of a held-out split."""
    card = (DEMO / "README.md").read_text(encoding="utf-8")
    return re.search(rf"^\| held-out-{split}\.txt \| (?P<texts>[\d,]+) \| (?P<tokens>[\d,]+) \| (?P<perplexity>[\d.]+) \|", card, re.MULTILINE)


@pytest.mark.parametrize("split", ["stories", "templates"])
def test_model_server_demo_s_card_has_the_perplexity_of_its_held_out_file(split, demo):
    row = written(split)
    tokenizer = Bpe.load(DEMO / "vocab.json", DEMO / "merges.txt")
    texts = (DEMO / f"held-out-{split}.txt").read_text(encoding="utf-8").splitlines()
    positions = Gpt2.load(DEMO).config["n_positions"]
    found = torch.cat([log_probabilities(demo, scored_sequence(tokenizer.encode(text), tokenizer.end_of_text, positions)) for text in texts])
    assert len(texts) == int(row["texts"].replace(",", "")) and len(found) == int(row["tokens"].replace(",", ""))
    assert torch.exp(-found.double().mean()).item() == pytest.approx(float(row["perplexity"]), rel=0.01)


def test_demo_s_vocabulary_has_about_4_000_tokens():
    assert 3_800 <= len(Bpe.load(DEMO / "vocab.json", DEMO / "merges.txt")) <= 4_200


def test_demo_is_no_larger_than_a_demo_may_be():
    assert sum(path.stat().st_size for path in DEMO.iterdir()) < 6_500_000


def test_demo_s_held_out_texts_are_none_that_it_was_trained_on():
    training, stories, templates = corpus(stories=70_100, held_out=200, seed=7)
    assert (DEMO / "held-out-stories.txt").read_text(encoding="utf-8").splitlines() == stories
    assert (DEMO / "held-out-templates.txt").read_text(encoding="utf-8").splitlines() == templates
    assert not set(stories + templates) & set(training)
    strangers = re.compile(r"\b(" + "|".join([*people.HELD_OUT_WOMEN, *people.HELD_OUT_MEN, *people.HELD_OUT_GIRLS, *people.HELD_OUT_BOYS]) + r")\b")
    assert not any(strangers.search(text) for text in training)
