import json

import pytest
import torch

from conftest import NOTEBOOKS
from finetune import bert, comments
from finetune.checkpoint import read_safetensors, save_folder
from finetune.wordpiece import WordPiece

FIXTURE = NOTEBOOKS.parent / "tests/data/huggingface/bert"


def test_logits_equal_hugging_face():
    model, tokenizer = bert.load(FIXTURE), WordPiece.load(FIXTURE)
    goldens = json.loads((FIXTURE / "classification_goldens.json").read_text(encoding="utf-8"))
    encoded = [tokenizer.encode(golden["text"], golden["max_length"], allow_special=True) for golden in goldens]
    logits = comments.scores(model, encoded, tokenizer.padding)  # in batches: padding must not change them
    for golden, row in zip(goldens, logits):
        assert row == pytest.approx(golden["logits"], abs=1e-3)


def test_tensor_names_are_hugging_faces():
    model = bert.load(FIXTURE)
    assert set(model.state_dict()) == set(read_safetensors(FIXTURE / "model.safetensors"))


def test_load_base_for_new_labels_keeps_the_layers_only(tmp_path):
    model = bert.load(FIXTURE, labels=("spam", "ham"))
    layers = bert.load(FIXTURE).state_dict()
    assert model.classifier.weight.shape == (2, 64)
    assert all(torch.equal(tensor, layers[name]) for name, tensor in model.state_dict().items() if not name.startswith("classifier."))
    save_folder(tmp_path, model.state_dict(), model.config)
    assert bert.load(tmp_path).config["id2label"] == {"0": "spam", "1": "ham"}


def test_load_base_with_bare_names_and_old_norm_names(tmp_path):
    whole = bert.load(FIXTURE)
    bare = {name.removeprefix("bert.").replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
            for name, tensor in whole.state_dict().items() if name.startswith("bert.")}
    save_folder(tmp_path, bare, whole.config)
    loaded = bert.load(tmp_path, labels=comments.LABELS).state_dict()
    assert all(torch.equal(tensor, loaded[name]) for name, tensor in whole.state_dict().items() if name.startswith("bert."))


def test_load_without_a_layer_names_it(tmp_path):
    model = bert.load(FIXTURE)
    state = model.state_dict()
    del state["bert.pooler.dense.bias"]
    save_folder(tmp_path, state, model.config)
    with pytest.raises(ValueError, match="bert.pooler.dense.bias"):
        bert.load(tmp_path)
