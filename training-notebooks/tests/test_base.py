"""Both notebooks, executed from a given base: they keep its vocabulary and layers, and their losses fall."""
import pytest
import torch

from conftest import NOTEBOOKS, TINY
from finetune import bert
from finetune.bpe import Bpe
from finetune.checkpoint import load_folder, load_training, save_folder
from finetune.gpt2 import Gpt2, perplexity
from notebook import execute

DEMO = NOTEBOOKS.parent / "models/demo-gpt2"
BERT = NOTEBOOKS.parent / "tests/data/huggingface/bert"


def finetuned(name, folder, base, **settings):
    """(the folder that the notebook exports from `base`, the history of its losses)."""
    changes = {"BASE": base, "CHECKPOINT": folder / "checkpoint", "RUN": folder / "run", **settings}
    execute(NOTEBOOKS / name, folder, {**TINY[name], **changes})
    return folder / "checkpoint", load_training(folder / "run/training.pt")["history"]


def test_generator_from_the_demo_keeps_its_vocabulary_and_is_less_surprised_by_the_new_texts(tmp_path):
    texts = tmp_path / "texts.txt"
    texts.write_text("\n".join(f"Bulletin {n}: the harbour office counts {n} sails, {n + 2} gulls and no complaints." for n in range(200)))
    checkpoint, history = finetuned("01-finetune-gpt2.ipynb", tmp_path, DEMO, TEXTS=texts, STEPS=30, LEARNING_RATE=1e-3, OVERFIT_STEPS=0)

    assert (checkpoint / "vocab.json").read_bytes() == (DEMO / "vocab.json").read_bytes()
    assert history[-1]["held_out_loss"] < history[0]["held_out_loss"]
    tokenizer = Bpe.load(checkpoint / "vocab.json", checkpoint / "merges.txt")
    held_out = [tokenizer.encode(text) for text in (checkpoint / "held-out-texts.txt").read_text().splitlines()]
    before, after = (perplexity(Gpt2.load(folder), held_out, tokenizer.end_of_text)[0] for folder in (DEMO, checkpoint))
    assert after < 0.5 * before


def bare(name):
    """As BertModel saves it."""
    return name.removeprefix("bert.") if name.startswith("bert.") else None


def masked(name):
    """As BertForMaskedLM saves it: no pooler."""
    return name if name.startswith("bert.") and "pooler" not in name else None


@pytest.mark.parametrize("named", [bare, masked])
def test_classifier_from_a_base_without_classifier_lowers_its_loss(named, tmp_path):
    config, tensors = load_folder(BERT)
    base = {named(name): tensor for name, tensor in tensors.items() if named(name)}
    if named is masked:
        base["cls.predictions.bias"] = torch.zeros(config["vocab_size"])
    save_folder(tmp_path / "base", base, {**config, "architectures": ["BertModel" if named is bare else "BertForMaskedLM"]})
    for name in ("vocab.txt", "tokenizer_config.json"):
        (tmp_path / "base" / name).write_bytes((BERT / name).read_bytes())

    checkpoint, history = finetuned("02-finetune-bert-toxicity.ipynb", tmp_path, tmp_path / "base", WORD_NOISE=0)
    assert min(row["held_out_loss"] for row in history) < history[0]["held_out_loss"]
    assert (checkpoint / "vocab.txt").read_bytes() == (BERT / "vocab.txt").read_bytes()
    assert bert.load(checkpoint).config["hidden_size"] == config["hidden_size"]
