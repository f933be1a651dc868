"""Tensors by name, in `model.safetensors` and in a Transformer; no other format is ever read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from ..config import TransformerConfig
from ..transformer import Transformer
from .files import WEIGHTS, existing, replacing, some


def read_weights(folder: Path) -> dict[str, Tensor]:
    """All tensors of the folder's `model.safetensors` by name.

    Raises:
        ValueError: the file is missing or damaged.
    """
    try:
        return load_file(existing(folder, WEIGHTS))
    except SafetensorError as error:
        raise ValueError(
            f"{WEIGHTS}: expected safetensors; found a damaged or other file ({error}): download it again"
        ) from error


def write_weights(weights: Mapping[str, Tensor], folder: Path) -> None:
    """Writes the folder's `model.safetensors`."""
    # not by save_file, whose files only their owner may read
    content = save({name: weight.contiguous() for name, weight in weights.items()}, metadata={"format": "pt"})
    with replacing(folder / WEIGHTS) as new:
        new.write_bytes(content)


class Undrawn(TorchFunctionMode):
    """Within it parameters get no first values: to draw them for a sketch PyTorch would load its compiler, a second."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """The tensor as it is, instead of what a function of `torch.nn.init` would make of it."""
        kwargs = kwargs or {}
        if getattr(func, "__module__", None) == nn.init.__name__:
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)


def sketch(config: TransformerConfig) -> Transformer:
    """A Transformer without memory: its parameters have names and shapes, but no values."""
    with torch.device("meta"), Undrawn():
        return Transformer(config)


def assemble(config: TransformerConfig, weights: Mapping[str, Tensor]) -> Transformer:
    """A Transformer with these weights, whatever their precision, in evaluation mode.

    Raises:
        ValueError: a tensor is missing, superfluous or of another shape than the config says, or holds no finite
            numbers.
    """
    check_fit(sketch(config), weights)  # before a wrong config takes the machine's memory
    with Undrawn():  # all parameters are filled
        network = Transformer(config)
    fill(network, weights)
    return network.eval()


def fill(network: Transformer, weights: Mapping[str, Tensor]) -> None:
    """Copies `weights`, whatever their precision, into the parameters of the same names.

    Raises:
        ValueError: a tensor is missing, superfluous or of another shape, or holds no finite numbers.
    """
    check_fit(network, weights)
    check_numbers(weights)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(weights[name])


def check_fit(network: Transformer, weights: Mapping[str, Tensor]) -> None:
    """Holds names and shapes of `weights` against the network's parameters.

    Raises:
        ValueError: a tensor is missing, superfluous or of another shape.
    """
    parameters = dict(network.named_parameters())
    if missing := sorted(set(parameters) - set(weights)):
        raise ValueError(f"{WEIGHTS}: expected {len(parameters)} tensors by config.json; missing {some(missing)}")
    if superfluous := sorted(set(weights) - set(parameters)):
        raise ValueError(f"{WEIGHTS}: config.json has no place for {some(superfluous)}")
    for name, parameter in parameters.items():
        if weights[name].shape != parameter.shape:
            raise ValueError(
                f"{WEIGHTS}: {name}: expected shape {tuple(parameter.shape)} by config.json; "
                f"found {tuple(weights[name].shape)}"
            )


def check_numbers(weights: Mapping[str, Tensor]) -> None:
    """Refuses what no training leaves behind that went well: a network of it writes nonsense, or nothing.

    Raises:
        ValueError: a tensor holds integers, infinity or NaN.
    """
    for name, weight in weights.items():
        if not weight.is_floating_point():
            kind = str(weight.dtype).removeprefix("torch.")
            raise ValueError(f"{WEIGHTS}: {name}: expected floating-point numbers; found {kind}: convert them first")
        if not weight.isfinite().all():
            raise ValueError(
                f"{WEIGHTS}: {name}: expected finite numbers; found infinity or NaN: "
                "the file is damaged, or its training diverged; take other weights"
            )
