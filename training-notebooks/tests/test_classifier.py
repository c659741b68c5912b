"""The classifier's scores beside PyTorch's, for what the notebook exports and for the demo."""
import sys

import numpy as np
import pytest

from conftest import NOTEBOOKS
from finetune import bert, card, comments, metrics
from finetune.checkpoint import read_json
from finetune.comments import LABELS
from finetune.wordpiece import WordPiece
from service import serving

sys.path.insert(0, str(NOTEBOOKS / "corpora"))
import make_comments

NOTEBOOK = "02-finetune-bert-toxicity.ipynb"
DEMO = NOTEBOOKS.parent / "models/demo-bert"
SPLITS = ("heldout_slots", "heldout_phrasings")
TEXTS = ["You are an idiot and a fool.", "Thank you so much for the kind help.", "", "naïve 😀 st*pid [SEP] 3.14\n\tend", "word " * 200]


def classified(service, texts):
    """[texts, labels] probabilities by POST /classify."""
    rows = []
    for start in range(0, len(texts), 100):
        for result in service.post("/classify", {"texts": texts[start:start + 100]})["results"]:
            rows.append([result["scores"][label] for label in LABELS])
    return np.array(rows)


def by_pytorch(folder, texts):
    """[texts, labels] logits."""
    model, tokenizer = bert.load(folder), WordPiece.load(folder)
    return comments.scores(model, [tokenizer.encode(text) for text in texts], tokenizer.padding)


def assert_same_logits(service, folder, texts):
    probabilities, logits = classified(service, texts), by_pytorch(folder, texts)
    assert np.log(probabilities / (1 - probabilities)) == pytest.approx(logits, abs=1e-3)
    tokenizer = WordPiece.load(folder)
    for text in texts[:5]:
        assert service.post("/tokenize", {"text": text})["tokens"] == tokenizer.encode(text, 10**6)


def test_classifier_notebook_s_tiny_folder_gives_pytorch_s_logits(exported):
    folder = exported(NOTEBOOK)
    with serving("classifier", folder) as service:
        assert_same_logits(service, folder, TEXTS)


def test_notebook_s_folder_has_thresholds_tokenizer_and_card(exported):
    folder = exported(NOTEBOOK)
    thresholds = read_json(folder / "thresholds.json")
    assert set(thresholds) == set(LABELS) and all(0 <= threshold <= 1 for threshold in thresholds.values())
    assert [read_json(folder / "config.json")["id2label"][str(k)] for k in range(6)] == list(LABELS)
    assert read_json(folder / "tokenizer_config.json")["model_max_length"] == read_json(folder / "config.json")["max_position_embeddings"]
    assert {row["label"] for row in card.table(folder / "README.md", "ranking heldout_slots")} == set(LABELS)


@pytest.fixture(scope="module")
def demo():
    with serving("classifier", DEMO) as service:
        yield service


def test_classifier_demo_gives_pytorch_s_logits(demo):
    assert_same_logits(demo, DEMO, TEXTS + [text for _, text in make_comments.EVERYDAY])


@pytest.mark.parametrize("split", SPLITS)
def test_classifier_demo_s_card_has_the_auc_of_its_held_out_file(split, demo):
    texts, labels = comments.read(DEMO / f"{split}.csv")
    logits, probabilities = by_pytorch(DEMO, texts), classified(demo, texts)
    rows = {row["label"]: row for row in card.table(DEMO / "README.md", f"ranking {split}")}
    for k, label in enumerate(LABELS):
        written = float(rows[label]["ROC-AUC"])
        assert int(rows[label]["positives"]) == labels[:, k].sum()
        assert metrics.roc_auc(labels[:, k], logits[:, k]) == pytest.approx(written, abs=2e-4), label
        assert metrics.average_precision(labels[:, k], logits[:, k]) == pytest.approx(float(rows[label]["PR-AUC"]), abs=2e-3), label
        assert metrics.roc_auc(labels[:, k], probabilities[:, k]) == pytest.approx(written, abs=0.005), label


def test_demo_s_held_out_comments_are_none_that_it_was_trained_on():
    corpus = make_comments.corpus(comments=80_000, heldout=1_000, seed=3)
    trained = {make_comments.key(text) for text, _ in corpus["train"]}
    for split in SPLITS:
        texts, _ = comments.read(DEMO / f"{split}.csv")
        assert texts == [text for text, _ in corpus[split]]
        assert not trained & {make_comments.key(text) for text in texts}


@pytest.mark.parametrize("text, flagged", [
    ("You are an idiot and a fool.", {"toxic", "insult"}),
    ("I will find you and make you regret this.", {"toxic", "threat"}),
    ("You bloody idiot!", {"toxic", "obscene", "insult"}),
    ("People from Brindleford are all liars.", {"toxic", "identity_hate"}),
    ("This damn printer is broken again.", {"obscene"}),
    ("Thank you so much for the kind help.", set()),
    ("He called me an idiot and I was sad.", set()),
    ("You are not stupid at all.", set()),
    ("This recipe kills me, so good.", set()),
    ("Damn good coffee!", set()),
    ("My neighbour is a gay man who bakes wonderful bread.", set()),
])
def test_demo_judges_what_it_is_shown_with(text, flagged, demo):
    # At the classifier's own threshold, as ./scripts/up serves it.
    assert set(demo.post("/classify", {"text": text})["flagged"]) == flagged


def test_demo_is_no_larger_than_a_demo_may_be():
    assert (DEMO / "model.safetensors").stat().st_size < 6_000_000
