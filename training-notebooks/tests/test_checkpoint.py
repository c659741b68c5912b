import json

import pytest
import torch

from finetune.checkpoint import load_folder, read_safetensors, save_folder, write_safetensors


def test_read_safetensors_huggingface_file_gives_its_shapes(repository):
    tensors = read_safetensors(repository / "tests/data/huggingface/gpt2/model.safetensors")
    assert tensors["transformer.wte.weight"].shape == (843, 64)
    assert tensors["transformer.h.0.attn.c_attn.weight"].shape == (64, 192)
    assert all(tensor.dtype == torch.float32 for tensor in tensors.values())


def test_write_safetensors_huggingface_tensors_gives_the_same_bytes_after_the_header(repository, tmp_path):
    source = repository / "tests/data/huggingface/gpt2/model.safetensors"
    write_safetensors(tmp_path / "copy.safetensors", read_safetensors(source))
    copy = (tmp_path / "copy.safetensors").read_bytes()
    original = source.read_bytes()

    def parts(data):
        start = 8 + int.from_bytes(data[:8], "little")
        return json.loads(data[8:start]), data[start:]

    assert parts(copy) == parts(original)


def test_safetensors_every_kind_of_tensor_round_trips(tmp_path):
    tensors = {
        "half": torch.randn(3, 5).half(), "brain": torch.randn(7).bfloat16(), "scalar": torch.tensor(3.5),
        "flags": torch.tensor([True, False]), "long": torch.arange(6).reshape(2, 3), "empty": torch.empty(0, 4),
        "transposed": torch.randn(4, 6).t(),
    }
    write_safetensors(tmp_path / "x.safetensors", tensors)
    read = read_safetensors(tmp_path / "x.safetensors")
    assert read.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert read[name].dtype == tensor.dtype and torch.equal(read[name], tensor), name


def test_read_safetensors_cut_file_says_so(tmp_path):
    write_safetensors(tmp_path / "x.safetensors", {"a": torch.zeros(100)})
    data = (tmp_path / "x.safetensors").read_bytes()
    (tmp_path / "x.safetensors").write_bytes(data[:-1])
    with pytest.raises(ValueError, match="ends inside a"):
        read_safetensors(tmp_path / "x.safetensors")


def test_save_folder_float16_loads_as_float32_of_the_rounded_values(tmp_path):
    weight = torch.randn(4, 4)
    save_folder(tmp_path, {"w": weight}, {"model_type": "gpt2"}, dtype=torch.float16)
    config, tensors = load_folder(tmp_path)
    assert config == {"model_type": "gpt2", "torch_dtype": "float16"}
    assert torch.equal(tensors["w"], weight.half().float())
