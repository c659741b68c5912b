import pytest
import torch

from finetune.gpt2 import Gpt2, new_config
from finetune.settings import setting
from finetune.training import Batches, TrainingSettings, learning_rate_at, train


def noisy_line(seed=0):
    """A small regression with dropout: (model, loss_of_step, held_out_loss)."""
    torch.manual_seed(seed)
    inputs, weights = torch.randn(64, 8), torch.randn(8, 1)
    targets = inputs @ weights + 0.1 * torch.randn(64, 1)
    model = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.Dropout(0.2), torch.nn.Linear(16, 1))
    batches = Batches(48, 8, seed)

    def loss(indices):
        return ((model(inputs[indices]) - targets[indices]) ** 2).mean()

    return model, lambda step: loss(batches.at(step)), lambda: loss(slice(48, 64)).item()


def test_train_lowers_the_held_out_loss_and_leaves_the_best_weights():
    model, loss, held_out = noisy_line()
    history = train(model, loss, held_out, TrainingSettings(steps=200, learning_rate=1e-2, warmup_steps=10, evaluate_every=20))
    assert history[-1]["step"] == 200
    best = min(row["held_out_loss"] for row in history)
    assert best < 0.5 * history[0]["held_out_loss"]
    assert held_out() == pytest.approx(best)


def test_train_held_out_loss_rises_stops_after_patience_with_the_best_weights():
    model, loss, _ = noisy_line()
    losses, weights = iter([3.0, 2.0, 2.5, 2.2, 9.0, 1.0]), []

    def held_out():
        weights.append(model[0].weight.detach().clone())
        return next(losses)

    history = train(model, loss, held_out, TrainingSettings(steps=100, evaluate_every=10, patience=2))
    assert [row["held_out_loss"] for row in history] == [3.0, 2.0, 2.5, 2.2]
    assert [row["best"] for row in history] == [True, True, False, False]
    assert torch.equal(model[0].weight, weights[1])


def test_train_interrupted_and_resumed_ends_as_if_uninterrupted(tmp_path):
    settings = TrainingSettings(steps=60, warmup_steps=5, evaluate_every=10)
    whole, loss, held_out = noisy_line()
    expected = train(whole, loss, held_out, settings)

    class Interrupted(Exception):
        pass

    def interrupt(row):
        if row["step"] == 30:
            raise Interrupted

    model, loss, held_out = noisy_line()
    with pytest.raises(Interrupted):
        train(model, loss, held_out, settings, tmp_path / "training.pt", interrupt)
    model, loss, held_out = noisy_line()
    history = train(model, loss, held_out, settings, tmp_path / "training.pt")

    def numbers(rows):
        return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]

    assert numbers(history) == numbers(expected)
    for name, tensor in whole.state_dict().items():
        assert torch.equal(model.state_dict()[name], tensor), name


def test_train_with_muon_interrupted_and_resumed_ends_as_if_uninterrupted(tmp_path):
    settings = TrainingSettings(steps=20, learning_rate=1e-2, matrix_learning_rate=2e-2, warmup_steps=5, evaluate_every=10)
    blocks = torch.randint(0, 50, (12, 17), generator=torch.Generator().manual_seed(1))
    batches = Batches(len(blocks), 4, seed=3)

    class Interrupted(Exception):
        pass

    def interrupt(row):
        raise Interrupted

    def run(checkpoint=None, after_evaluation=None):
        torch.manual_seed(3)
        model = Gpt2(new_config(50, 49, positions=16, width=16, heads=2, layers=2, dropout=0.0))
        history = train(model, lambda step: model.loss(blocks[batches.at(step)]), lambda: model.loss(blocks), settings, checkpoint, after_evaluation)
        return model.state_dict(), [row["held_out_loss"] for row in history]

    expected, losses = run()
    with pytest.raises(Interrupted):
        run(tmp_path / "training.pt", interrupt)
    weights, resumed = run(tmp_path / "training.pt")
    assert resumed == losses and losses[1] < losses[0]
    assert all(torch.equal(weights[name], tensor) for name, tensor in expected.items())


def test_train_loss_not_finite_stops():
    model, _, held_out = noisy_line()
    with pytest.raises(FloatingPointError, match="step 0"):
        train(model, lambda step: model(torch.full((1, 8), float("nan"))).mean(), held_out, TrainingSettings(steps=5))


def test_learning_rate_warms_up_then_falls_to_the_final_fraction():
    settings = TrainingSettings(steps=110, learning_rate=1.0, warmup_steps=10, final_fraction=0.1)
    rates = [learning_rate_at(step, settings) for step in range(111)]
    assert rates[0] == pytest.approx(0.1) and rates[9] == rates[10] == 1.0
    assert rates[60] == pytest.approx(0.55) and rates[110] == pytest.approx(0.1)
    assert all(later <= earlier for earlier, later in zip(rates[10:], rates[11:]))


def test_learning_rate_of_a_run_that_ends_early_is_as_planned_and_then_falls_in_a_line():
    planned = TrainingSettings(steps=100, learning_rate=1.0, warmup_steps=0)
    cut = TrainingSettings(steps=100, learning_rate=1.0, warmup_steps=0, end_at=50)
    rates = [learning_rate_at(step, cut) for step in range(51)]
    assert rates[:41] == [learning_rate_at(step, planned) for step in range(41)]
    assert rates[45] == pytest.approx((rates[40] + 0.1) / 2) and rates[50] == pytest.approx(0.1)


def test_train_told_to_end_early_while_under_way_ends_as_if_told_at_the_start(tmp_path):
    told = TrainingSettings(steps=100, warmup_steps=5, evaluate_every=10, end_at=50)
    whole, loss, held_out = noisy_line()
    assert train(whole, loss, held_out, told)[-1]["step"] == 50

    class Interrupted(Exception):
        pass

    def interrupt(row):
        if row["step"] == 40:
            raise Interrupted

    model, loss, held_out = noisy_line()
    with pytest.raises(Interrupted):
        train(model, loss, held_out, TrainingSettings(steps=100, warmup_steps=5, evaluate_every=10), tmp_path / "training.pt", interrupt)
    model, loss, held_out = noisy_line()
    assert train(model, loss, held_out, told, tmp_path / "training.pt")[-1]["step"] == 50
    for name, tensor in whole.state_dict().items():
        assert torch.equal(model.state_dict()[name], tensor), name


def test_batches_take_every_example_once_an_epoch_in_a_new_order():
    batches = Batches(examples=10, size=4, seed=3)
    taken = torch.cat([batches.at(step) for step in range(5)]).tolist()
    assert sorted(taken[:10]) == sorted(taken[10:]) == list(range(10))
    assert taken[:10] != taken[10:]
    assert Batches(10, 4, 3).at(4).tolist() == taken[16:]


def test_setting_reads_the_environment_as_the_default_s_type(monkeypatch):
    monkeypatch.setenv("STEPS", "12")
    monkeypatch.setenv("RESUME", "0")
    assert (setting("STEPS", 500), setting("RESUME", True), setting("LEARNING_RATE", 1e-3)) == (12, False, 1e-3)
    monkeypatch.setenv("STEPS", "many")
    with pytest.raises(ValueError, match="STEPS='many'"):
        setting("STEPS", 500)
