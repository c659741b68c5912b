"""Muon: momentum whose steps are made orthogonal, for the matrices of a transformer's layers.

Keller Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024). A matrix's gradient has few large directions
and many small ones; a step that goes as far in each learns from the rare ones too. From scratch it reaches AdamW's loss in
about half of the steps.
"""
import torch


class Muon(torch.optim.Optimizer):
    """For matrices stored as [inputs, outputs], of which a group's are each put together from `parts` matrices side by side
    (attention's query, key and value are 3). Weight decay is AdamW's: apart from the gradient, `lr` times as much a step."""

    def __init__(self, groups, lr, momentum=0.95, weight_decay=0.0):
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "parts": 1})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                state = self.state[parameter]
                if not state:
                    state["mean"] = torch.zeros_like(parameter)
                state["mean"].mul_(group["momentum"]).add_(parameter.grad)
                ahead = parameter.grad + group["momentum"] * state["mean"]  # Nesterov's
                steps = [scaled(orthogonal(part)) for part in ahead.chunk(group["parts"], dim=1)]
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.sub_(torch.cat(steps, dim=1), alpha=group["lr"])


def scaled(step):
    """The same change of the outputs, whatever the shape."""
    return step * max(1.0, step.shape[1] / step.shape[0]) ** 0.5


def orthogonal(matrix, iterations=5):
    """`matrix` with all its singular values near 1, between about 0.7 and 1.2: a Newton-Schulz iteration, a product of matrices each."""
    wide = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.t()
    wide = wide / (wide.norm() + 1e-7)
    for _ in range(iterations):
        square = wide @ wide.t()
        wide = 3.4445 * wide + (-4.7750 * square + 2.0315 * square @ square) @ wide
    return wide if matrix.shape[0] <= matrix.shape[1] else wide.t()
