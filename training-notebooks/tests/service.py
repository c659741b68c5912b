"""Starts a built service on a free loopback port, for comparing its answers with PyTorch's."""
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from conftest import NOTEBOOKS

ASSEMBLIES = {"model-server": "ElasticSynapse.ModelServer", "classifier": "ElasticSynapse.Classifier"}


class Service:
    def __init__(self, address):
        self.address = address

    def post(self, path, body):
        """The JSON answer to a JSON request; an error's body is part of the exception."""
        request = urllib.request.Request(self.address + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path} answered {error.code}: {error.read().decode()}") from None


@contextmanager
def serving(name, checkpoint):
    """`with serving("model-server", folder) as service:` runs it until the block ends."""
    assembly = NOTEBOOKS.parent / name / "src/bin/Release/net10.0" / f"{ASSEMBLIES[name]}.dll"
    assert assembly.exists(), f"{assembly} is missing: scripts/test notebooks builds it"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    environment = {**os.environ, "ASPNETCORE_URLS": address, "Model__Uri": str(checkpoint)}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(["dotnet", str(assembly)], env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_until_ready(address, process, log)
            yield Service(address)
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_ready(address, process, log):
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address + "/readyz", timeout=5):
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                log.seek(0)
                raise AssertionError(f"the service did not become ready:\n{log.read().decode()[-4000:]}") from None
            time.sleep(0.1)
