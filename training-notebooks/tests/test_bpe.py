import json

import pytest

from finetune.bpe import END_OF_TEXT, Bpe, split

AWKWARD = ["", " ", "  two  spaces  ", "tabs\tand\n\nlines \n x", "don't we'll I'M 's'dog", "3.14 and ½ Ⅷ", "naïve Ångström é", "日本語 😀👩‍👧 \u00a0\u3000x",
           "no\u200bspace", "<|endoftext|>", "\x00\x7f\xad"]


@pytest.mark.parametrize("vocabulary, merges, goldens", [
    ("gpt2-vocabulary/encoder.json", "gpt2-vocabulary/vocab.bpe", "gpt2-vocabulary/tokenizer_goldens.json"),
    ("huggingface/gpt2/vocab.json", "huggingface/gpt2/merges.txt", "huggingface/gpt2/tokenizer_goldens.json"),
])
def test_encode_equals_huggingface(repository, vocabulary, merges, goldens):
    data = repository / "tests/data"
    tokenizer = Bpe.load(data / vocabulary, data / merges)
    for golden in json.loads((data / goldens).read_text(encoding="utf-8")):
        assert tokenizer.encode(golden["text"], allow_special=True) == golden["ids"], golden["text"]


def test_encode_end_of_text_in_a_text_is_text_unless_allowed(repository):
    data = repository / "tests/data/gpt2-vocabulary"
    tokenizer = Bpe.load(data / "encoder.json", data / "vocab.bpe")
    assert tokenizer.encode(END_OF_TEXT) == [27, 91, 437, 1659, 5239, 91, 29]
    assert tokenizer.encode("hello <|endoftext|>", allow_special=True) == [31373, 220, 50256]


@pytest.mark.parametrize("text, pieces", [
    ("a  b", ["a", " ", " b"]), ("a \n b", ["a", " \n", " b"]), ("a\n\nb", ["a", "\n", "\n", "b"]), ("a   ", ["a", "   "]),
    ("a\tb", ["a", "\t", "b"]), ("don't", ["don", "'t"]), ("'dog", ["'d", "og"]), ("3.14", ["3", ".", "14"]), (" 'x", [" '", "x"]),
])
def test_split_follows_gpt2_s_pattern(text, pieces):
    assert split(text) == pieces


def test_train_round_trips_any_text_and_saves_what_loads(tmp_path):
    tokenizer = Bpe.train(["the river remembers the river", "the ferry and the river"] * 3, 300)
    assert 257 < len(tokenizer) <= 300
    assert tokenizer.end_of_text == len(tokenizer) - 1
    assert len(tokenizer.encode(" the river")) == 2
    for text in AWKWARD:
        assert tokenizer.decode(tokenizer.encode(text)) == text
    tokenizer.save(tmp_path)
    loaded = Bpe.load(tmp_path / "vocab.json", tmp_path / "merges.txt")
    assert (loaded.vocabulary, loaded.merges) == (tokenizer.vocabulary, tokenizer.merges)


def test_train_merges_the_most_frequent_pair_first():
    tokenizer = Bpe.train(["ab ab ab ac"], 259)
    assert tokenizer.merges[0] in (("Ġ", "a"), ("a", "b"))
    assert tokenizer.merges == Bpe.train(["ab ab ab ac"], 259).merges
