import json

import pytest

from conftest import NOTEBOOKS


def notebooks():
    return sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


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
