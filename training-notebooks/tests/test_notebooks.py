import json

import pytest

from conftest import NOTEBOOKS
from notebook import execute

# What makes each notebook small; CHECKPOINT is where it exports to, RUN what it resumes from.
TINY = {
    "01-finetune-gpt2.ipynb": {"STORIES": 300, "STEPS": 12, "OVERFIT_STEPS": 6, "EVALUATE_EVERY": 3, "BATCH": 4, "LAYERS": 2, "WARMUP_STEPS": 3,
                               "WIDTH": 32, "HEADS": 4, "POSITIONS": 64, "VOCABULARY": 400, "HELD_OUT": 12, "VALIDATION": 12},
}


def notebooks():
    return sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


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


@pytest.mark.parametrize("name", notebooks())
def test_notebook_executed_headless_exports_a_folder(name, exported):
    folder = exported(name)
    assert {"config.json", "model.safetensors"} <= {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("name", notebooks())
def test_notebook_as_committed_has_the_outputs_of_one_run_without_errors(name):
    cells = [cell for cell in json.loads((NOTEBOOKS / name).read_text())["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not any(output["output_type"] == "error" for output in outputs)
    assert any("image/png" in output.get("data", {}) for output in outputs)
