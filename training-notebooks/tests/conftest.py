import sys
from pathlib import Path

import pytest
import torch

from notebook import execute

NOTEBOOKS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(NOTEBOOKS))
torch.set_num_threads(2)

# What makes each notebook that trains small; CHECKPOINT is where it exports to, RUN what it resumes from.
TINY = {
    "01-finetune-gpt2.ipynb": {"STORIES": 300, "STEPS": 12, "OVERFIT_STEPS": 6, "EVALUATE_EVERY": 3, "BATCH": 4, "LAYERS": 2, "WARMUP_STEPS": 3,
                               "WIDTH": 32, "HEADS": 4, "POSITIONS": 64, "VOCABULARY": 400, "HELD_OUT": 12, "VALIDATION": 12},
    "02-finetune-bert-toxicity.ipynb": {"COMMENTS": 1500, "HELD_OUT": 150, "LENGTH": 32, "VOCABULARY": 800, "LAYERS": 1, "WIDTH": 32, "INNER": 64,
                                        "HEADS": 2, "EPOCHS": 2, "EVALUATIONS": 4},
}


@pytest.fixture(scope="session")
def repository():
    return NOTEBOOKS.parent


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """exported(name) -> the folder that a notebook exports on tiny settings; each is executed once."""
    folders = {}

    def run(name):
        if name not in folders:
            folder = tmp_path_factory.mktemp(name.removesuffix(".ipynb"))
            execute(NOTEBOOKS / name, folder, {**TINY[name], "CHECKPOINT": folder / "checkpoint", "RUN": folder / "run"})
            folders[name] = folder / "checkpoint"
        return folders[name]

    return run
