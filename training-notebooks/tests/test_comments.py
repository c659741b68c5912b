import sys

import numpy as np
import pytest
import torch

from conftest import NOTEBOOKS

sys.path.insert(0, str(NOTEBOOKS / "corpora"))
import make_comments
from finetune import card, comments


@pytest.fixture(scope="module")
def corpus():
    return make_comments.corpus(comments=20_000, heldout=500, seed=3)


def test_corpus_same_seed_is_the_same_and_another_is_not(corpus):
    again = make_comments.corpus(comments=20_000, heldout=500, seed=3)
    other = make_comments.corpus(comments=200, heldout=50, seed=4)
    assert again == corpus
    assert other["train"] != corpus["train"][:200]


def test_corpus_comments_are_distinct_across_all_splits(corpus):
    texts = [make_comments.key(text) for rows in corpus.values() for text, _ in rows]
    assert len(texts) == len(set(texts)) == 22_000


def test_corpus_labels_are_consistent(corpus):
    for rows in corpus.values():
        for _, labels in rows:
            assert labels <= set(make_comments.LABELS)
            if labels & {"insult", "threat", "identity_hate", "severe_toxic"}:
                assert "toxic" in labels
            if "severe_toxic" in labels:
                assert len(labels & {"threat", "identity_hate", "insult", "obscene"}) >= 2


def test_corpus_every_label_is_there_and_rarer_than_none(corpus):
    for rows in corpus.values():
        for label in make_comments.LABELS:
            assert 0.01 < sum(label in labels for _, labels in rows) / len(rows) < 0.5


def test_frames_of_the_splits_are_disjoint():
    texts = {}
    for family in make_comments.frames().values():
        for frame in family:
            texts.setdefault(frame.split, set()).add(make_comments.key(frame.text))
    train, validation, phrasings = texts["train"], texts["validation"], texts["phrasings"]
    assert not train & validation and not train & phrasings and not validation & phrasings
    # In the labelled and the unlabelled families alike.
    assert all({frame.split for frame in family} == set(texts) for family in make_comments.frames().values())


def test_frames_are_in_one_family_only():
    lines = [make_comments.key(frame.text) for family in make_comments.frames().values() for frame in family]
    assert sorted(line for line in set(lines) if lines.count(line) > 1) == []


def test_fillers_unseen_ones_are_not_seen_ones():
    for slot in make_comments.SLOTS:
        seen, unseen = make_comments.fillers(slot)
        assert not set(seen) & set(unseen), slot


def test_everyday_and_bias_sentences_are_not_in_training(corpus):
    trained = {make_comments.key(text) for text, _ in corpus["train"]}
    assert not trained & {make_comments.key(text) for text, _ in make_comments.bias_slice()}
    assert not trained & {make_comments.key(text) for _, text in make_comments.EVERYDAY}


def test_combine_threat_and_insult_is_severe():
    assert make_comments.combine([{"toxic", "threat"}, {"toxic", "insult"}]) == {"toxic", "threat", "insult", "severe_toxic"}
    assert make_comments.combine([{"obscene"}, set()]) == {"obscene"}


@pytest.mark.parametrize("text, tidied", [
    ("You are a idiot.", "You are an idiot."),
    ("you are a a total idiot", "You are a total idiot"),
    ("a hour, a user, a umbrella", "An hour, a user, an umbrella"),
])
def test_tidy_articles(text, tidied):
    assert make_comments.tidy(text) == tidied


def test_read_takes_jigsaws_columns_and_skips_unscored_rows(tmp_path):
    path = tmp_path / "jigsaw.csv"
    path.write_text('"id","comment_text","toxic","severe_toxic","obscene","threat","insult","identity_hate"\n'
                    '"1","two\nlines, ""quoted""",1,0,0,0,1,0\n"2","unscored",-1,-1,-1,-1,-1,-1\n', encoding="utf-8")
    texts, labels = comments.read(path)
    assert texts == ['two\nlines, "quoted"']
    assert labels.tolist() == [[1, 0, 0, 0, 1, 0]]


def test_read_names_missing_columns(tmp_path):
    (tmp_path / "a.csv").write_text("id,comment_text,toxic\n1,a,0\n")
    with pytest.raises(ValueError, match="identity_hate, insult"):
        comments.read(tmp_path / "a.csv")


def test_written_comments_read_back(tmp_path):
    make_comments.write(tmp_path / "a.csv", [make_comments.row('say "hi", ok', {"toxic"}), make_comments.row("fine")])
    texts, labels = comments.read(tmp_path / "a.csv")
    assert texts == ['say "hi", ok', "fine"] and labels[:, 0].tolist() == [1, 0]


def test_split_parts_are_disjoint_and_whole():
    parts = comments.split(100, (0.1, 0.2), 1)
    assert [len(part) for part in parts] == [70, 10, 20]
    assert sorted(np.concatenate(parts)) == list(range(100))


def test_positive_weights_by_hand():
    labels = np.array([[1, 1], [0, 1], [0, 1], [0, 0], [0, 0]])
    assert comments.positive_weights(labels, 0.5).tolist() == [2.0, 1.0]
    assert comments.positive_weights(labels, 0.0).tolist() == [1.0, 1.0]


def test_batches_of_one_length_give_every_example_once_an_epoch():
    lengths = np.random.default_rng(1).integers(3, 40, 256)
    batches = comments.BatchesOfOneLength(lengths, 8, seed=2, group=8)
    chosen = [batches.at(step) for step in range(32)]
    assert sorted(sum(chosen, [])) == list(range(256))
    assert batches.at(5) == comments.BatchesOfOneLength(lengths, 8, seed=2, group=8).at(5)
    assert np.mean([np.ptp(lengths[batch]) for batch in chosen]) < 8


def test_with_word_noise_leaves_first_last_and_padding():
    torch.manual_seed(1)
    ids, mask = comments.pad([[2, 9, 9, 9, 3], [2, 9, 3]], padding=0)
    noisy = comments.with_word_noise(ids, mask, 1.0, 8)
    assert noisy[0, 0] == 2 and noisy[0, 4] == 3 and noisy[1].tolist()[2:] == [3, 0, 0]
    assert all(5 <= value < 8 for value in [*noisy[0, 1:4].tolist(), noisy[1, 1].item()])
    assert torch.equal(comments.with_word_noise(ids, mask, 0.0, 8), ids)


def test_card_fill_replaces_between_the_marks_and_adds_what_lacks(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("# Card\n\nBy hand.\n\n<!-- a -->\nold\n<!-- end -->\n\nMore.\n")
    card.fill(path, {"a": "| label | ROC-AUC |\n| --- | --- |\n| toxic | 0.9 |", "b": "new"})
    card.fill(path, {"b": "newer \\1"})
    assert path.read_text().startswith("# Card\n\nBy hand.\n\n<!-- a -->\n| label")
    assert "More." in path.read_text() and "newer \\1" in path.read_text() and "old" not in path.read_text()
    assert card.table(path, "a") == [{"label": "toxic", "ROC-AUC": "0.9"}]
