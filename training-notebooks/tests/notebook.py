"""Executes a notebook headless, with this Python whatever kernels are installed."""
import json
import os
import subprocess
import sys


def execute(notebook, folder, settings):
    """Runs `notebook` from top to bottom with `settings` in its environment; returns the executed copy in `folder`."""
    kernel = folder / "jupyter/kernels/python3"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))
    environment = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    # First in the search path, so that no kernel of the same name that points to another Python is taken.
    environment.update(JUPYTER_PATH=str(folder / "jupyter"), JUPYTER_PREFER_ENV_PATH="0", PYTHONDONTWRITEBYTECODE="1")
    run = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=240",
         "--ExecutePreprocessor.kernel_name=python3", "--output-dir", str(folder), str(notebook)],
        env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-6000:]
    return folder / notebook.name
