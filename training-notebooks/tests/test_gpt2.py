import json
import math

import pytest
import torch

from finetune.bpe import Bpe
from finetune.gpt2 import Gpt2, new_config, perplexity


@pytest.fixture(scope="module")
def huggingface(repository):
    return repository / "tests/data/huggingface/gpt2"


def test_forward_huggingface_checkpoint_gives_huggingface_s_logits(huggingface):
    model = Gpt2.load(huggingface)
    for golden in json.loads((huggingface / "generation_goldens.json").read_text()):
        with torch.no_grad():
            logits = model(torch.tensor([golden["ids"]]))[0]
        assert torch.allclose(logits[-1], torch.tensor(golden["last_logits"]), atol=1e-3), golden["prompt"]


def test_save_and_load_keeps_names_shapes_and_logits(huggingface, tmp_path):
    model = Gpt2.load(huggingface)
    model.save(tmp_path, Bpe.load(huggingface / "vocab.json", huggingface / "merges.txt"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "generation_config.json", "merges.txt", "model.safetensors", "vocab.json"]
    ids = torch.tensor([[5, 6, 7]])
    with torch.no_grad():
        assert torch.equal(Gpt2.load(tmp_path)(ids), model(ids))


def test_load_activation_that_it_does_not_have_says_so(huggingface, tmp_path):
    config = json.loads((huggingface / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "activation_function": "relu"}))
    (tmp_path / "model.safetensors").write_bytes((huggingface / "model.safetensors").read_bytes())
    with pytest.raises(ValueError, match="activation_function is 'relu'"):
        Gpt2.load(tmp_path)


def small():
    torch.manual_seed(1)
    return Gpt2(new_config(50, 49, positions=16, width=16, heads=2, layers=2, dropout=0.0)).eval()


def test_forward_a_later_token_changes_nothing_before_it():
    model = small()
    with torch.no_grad():
        one, other = model(torch.tensor([[1, 2, 3, 4]])), model(torch.tensor([[1, 2, 3, 9]]))
    assert torch.equal(one[0, :3], other[0, :3]) and not torch.equal(one[0, 3], other[0, 3])


def test_perplexity_is_that_of_every_token_after_the_first_closing_one_included():
    model = small()
    logits = model(torch.tensor([[49, 1, 2, 49]]))[0].log_softmax(-1)
    expected = -(logits[0, 1] + logits[1, 2] + logits[2, 49]).item() / 3
    value, tokens = perplexity(model, [[1, 2]], 49)
    assert tokens == 3 and math.log(value) == pytest.approx(expected, rel=1e-6)


def test_perplexity_longer_than_the_model_takes_is_cut():
    assert perplexity(small(), [list(range(40))], 49)[1] == 15


def test_generate_same_seed_same_tokens_and_greedy_is_the_likeliest():
    model = small()
    assert model.generate([1, 2], 8, seed=3) == model.generate([1, 2], 8, seed=3)
    with torch.no_grad():
        assert model.generate([1, 2], 1, temperature=0)[-1] == int(model(torch.tensor([[1, 2]]))[0, -1].argmax())
