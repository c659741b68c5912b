import pytest
import torch

from finetune.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(24, 24), (24, 96), (96, 24)])
def test_orthogonal_has_singular_values_near_one_and_the_directions_of_the_matrix(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(5))
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    found = orthogonal(matrix)
    values = torch.linalg.svdvals(found)
    assert 0.6 < values.min() and values.max() < 1.3
    assert (found * (left @ right)).sum() > 0.6 * min(shape)


def test_step_of_a_matrix_of_parts_is_that_of_each_alone():
    generator = torch.Generator().manual_seed(6)
    parts = [torch.randn(8, 8, generator=generator) for _ in range(3)]
    gradients = [torch.randn(8, 8, generator=generator) for _ in range(3)]

    def stepped(matrix, gradient, count):
        parameter = torch.nn.Parameter(matrix.clone())
        optimizer = Muon([{"params": [parameter], "parts": count}], lr=0.1)
        for _ in range(2):
            parameter.grad = gradient.clone()
            optimizer.step()
        return parameter.detach()

    together = stepped(torch.cat(parts, dim=1), torch.cat(gradients, dim=1), 3)
    alone = torch.cat([stepped(part, gradient, 1) for part, gradient in zip(parts, gradients)], dim=1)
    assert torch.allclose(together, alone, atol=1e-6)


def test_step_is_as_long_for_a_small_gradient_as_for_a_large_one():
    gradient = torch.randn(8, 16, generator=torch.Generator().manual_seed(7))
    moved = []
    for size in (1e-3, 1e3):
        parameter = torch.nn.Parameter(torch.zeros(8, 16))
        parameter.grad = gradient * size
        Muon([{"params": [parameter]}], lr=0.5).step()
        moved.append(parameter.detach())
    assert torch.allclose(moved[0], moved[1], atol=1e-3)
    # 0.5 a direction, twice as wide as high
    assert moved[0].norm() == pytest.approx(0.5 * (2 * 8) ** 0.5, rel=0.3)


def test_weight_decay_takes_from_the_weights_what_adamw_would_and_leaves_the_step_as_it_is():
    generator = torch.Generator().manual_seed(8)
    weights, gradient = torch.randn(8, 8, generator=generator), torch.randn(8, 8, generator=generator)
    moved = []
    for decay in (0.0, 0.1):
        parameter = torch.nn.Parameter(weights.clone())
        parameter.grad = gradient
        Muon([{"params": [parameter]}], lr=0.5, weight_decay=decay).step()
        moved.append(parameter.detach())
    assert torch.allclose(moved[1], moved[0] - 0.5 * 0.1 * weights, atol=1e-6)
