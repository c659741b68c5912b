"""Hugging Face checkpoint folders, and checkpoints from which an interrupted training goes on."""
import json
import os
from pathlib import Path

import torch

DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8, "BOOL": torch.bool,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def write_safetensors(path, tensors):
    """Writes `tensors` (name -> tensor) as safetensors: widest elements first, then by name, as the reference does."""
    order = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    header, end = {"__metadata__": {"format": "pt"}}, 0
    for name in order:
        begin, end = end, end + tensors[name].numel() * tensors[name].element_size()
        header[name] = {"dtype": NAMES[tensors[name].dtype], "shape": list(tensors[name].shape), "data_offsets": [begin, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for name in order:
            flat = tensors[name].detach().cpu().contiguous().reshape(-1)
            file.write(flat.view(torch.uint8).numpy().tobytes())


def read_safetensors(path):
    """The tensors of a safetensors file, name -> tensor."""
    data = bytearray(Path(path).read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    if start > len(data):
        raise ValueError(f"{path} ends inside its header")
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        if start + end > len(data):
            raise ValueError(f"{path} ends inside {name}")
        dtype = DTYPES[entry["dtype"]]
        # frombuffer refuses an empty range.
        flat = torch.frombuffer(data[start + begin:start + end], dtype=dtype) if end > begin else torch.empty(0, dtype=dtype)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors


def write_json(path, value):
    """As Hugging Face writes it: two blanks, keys sorted, ASCII, one line feed at the end."""
    Path(path).write_text(json.dumps(value, indent=2, sort_keys=True) + "\n")


def read_json(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def save_folder(folder, tensors, config, generation_config=None, dtype=None):
    """Writes config.json, model.safetensors and, for a generator, generation_config.json.

    `dtype` stores floating-point tensors narrower than they were trained: torch.float16 halves the file.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if dtype is not None:
        tensors = {name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
        config = {**config, "torch_dtype": str(dtype).removeprefix("torch.")}
    write_json(folder / "config.json", config)
    if generation_config is not None:
        write_json(folder / "generation_config.json", generation_config)
    write_safetensors(folder / "model.safetensors", tensors)


def load_folder(folder):
    """(config, tensors) of a Hugging Face folder, whether its weights are safetensors, shards of them, or pytorch_model.bin.

    Floating-point tensors come as float32, which is what they are trained and compared in.
    """
    folder = Path(folder)
    if (folder / "model.safetensors").exists():
        tensors = read_safetensors(folder / "model.safetensors")
    elif (folder / "model.safetensors.index.json").exists():
        tensors = {}
        for shard in sorted(set(read_json(folder / "model.safetensors.index.json")["weight_map"].values())):
            tensors.update(read_safetensors(folder / shard))
    elif (folder / "pytorch_model.bin").exists():
        tensors = torch.load(folder / "pytorch_model.bin", map_location="cpu", weights_only=True)
    else:
        raise FileNotFoundError(f"{folder} has neither model.safetensors nor pytorch_model.bin")
    tensors = {name: tensor.float() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    return read_json(folder / "config.json"), tensors


def save_training(path, state):
    """Writes `state` (tensors, numbers, dictionaries of them) so that `path` holds the old state or the new, never half of one."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    torch.save(state, unfinished)
    os.replace(unfinished, path)


def load_training(path):
    """What `save_training` wrote, on the CPU. It is a pickle: go on only from a file of your own."""
    # weights_only would refuse foreign pickles, but PyTorch 1.13's knows no floating-point numbers.
    return torch.load(path, map_location="cpu", weights_only=False)
