import json

import pytest

from conftest import NOTEBOOKS, TINY
from notebook import execute


def notebooks():
    return sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("name", sorted(TINY))
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


def test_notebook_of_a_roll_out_executed_headless_tags_and_goes_back(tmp_path, repository):
    run = tmp_path / "run"
    execute(NOTEBOOKS / "03-roll-out-a-version.ipynb", tmp_path, {"CHECKPOINT": repository / "models/demo-gpt2", "RUN": run})
    record = json.loads(next((run / "releases/river-town").iterdir()).read_text())
    assert record["tag"].endswith("_v0.01") and record["servedBefore"] == "1557429385_v0.01"
    versions = json.loads((run / "values.json").read_text())["models"]["river-town"]["versions"]
    assert {name: (version["weight"], version["labels"]) for name, version in versions.items()} == {
        "1557429385_v0.01": (100, ["stable"]), record["tag"]: (0, ["previous"])}
