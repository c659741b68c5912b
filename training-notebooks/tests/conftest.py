import sys
from pathlib import Path

import pytest
import torch

NOTEBOOKS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(NOTEBOOKS))
torch.set_num_threads(2)


@pytest.fixture(scope="session")
def repository():
    return NOTEBOOKS.parent
