import json

import pytest

from conftest import NOTEBOOKS
from finetune.wordpiece import WordPiece, learn, words

FIXTURE = NOTEBOOKS.parent / "tests/data/huggingface/bert"
GOLDENS = json.loads((FIXTURE / "tokenizer_goldens.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("golden", GOLDENS, ids=[str(index) for index in range(len(GOLDENS))])
def test_encode_equals_hugging_face(golden):
    tokenizer = WordPiece.load(FIXTURE)
    assert tokenizer.encode(golden["text"], 10**6, allow_special=True) == golden["ids"]
    assert tokenizer.encode(golden["text"], 16, allow_special=True) == golden["ids_max16"]


def test_encode_special_in_text_is_text_unless_allowed():
    tokenizer = WordPiece.load(FIXTURE)
    assert tokenizer.encode("[SEP]").count(tokenizer.vocabulary.index("[SEP]")) == 1
    assert tokenizer.encode("[SEP]", allow_special=True).count(tokenizer.vocabulary.index("[SEP]")) == 2


def test_words_split_punctuation_and_strip_accents():
    assert words("UNwantéd,running…") == ["unwanted", ",", "running", "…"]


def test_learn_is_deterministic_and_round_trips(tmp_path):
    texts = ["the cat sat on the mat", "the dog sat on the log", "Thé catalogue!"]
    tokenizer = learn(texts, 150, max_length=32)
    assert tokenizer.vocabulary == learn(texts, 150, max_length=32).vocabulary
    assert len(tokenizer.vocabulary) == len(set(tokenizer.vocabulary)) <= 150
    assert tokenizer.tokens(tokenizer.encode("the sat")) == ["[CLS]", "the", "sat", "[SEP]"]
    tokenizer.save(tmp_path)
    again = WordPiece.load(tmp_path)
    assert (again.vocabulary, again.lower_case, again.max_length) == (tokenizer.vocabulary, True, 32)
    assert again.encode("unseen words: 42!") == tokenizer.encode("unseen words: 42!")


def test_learn_knows_all_of_ascii():
    tokenizer = learn(["a"], 500)
    unknown = tokenizer.vocabulary.index("[UNK]")
    assert unknown not in tokenizer.encode("".join(map(chr, range(33, 127))) + " zq9")
