"""Dropout whose variance a norm learns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cnnspec.analysis.analysis import Analysis, Layer
from cnnspec.errors import Finding
from cnnspec.override import override
from cnnspec.rules.rule import DesignRule

_PASSED = ("activation", "pool", "shape", "dropout")
_WEIGHTED = ("convolution", "linear")


class _Met(NamedTuple):
    """The first norm that a layer's output comes to, and the one layer with weights on the way, if there is one."""

    norm: Layer
    through: Layer | None


class DropoutBeforeNorm(DesignRule):
    """Dropout stands above a norm, whose running variance is then not that of inference.

    Directly, or with activations, pools and one convolution or linear layer between: the two cases of the paper, and
    that of wide residual networks which have dropout between convolution and norm. Where a merge, another norm or more
    weights stand between, what dropout does to the variance is no longer known. Left alone are ``p: 0``,
    ``alpha_dropout``, which keeps the variance, and norms without running statistics, which compute their own.

    Why: in training dropout makes the variance larger, at inference it does not, and there the norm divides by what it
    learned in training. All that follows is of another scale than it was trained for.
    Arithmetic: an element of variance v and mean 0, kept with probability 1 - p and then divided by 1 - p, has variance
    v/(1 - p). Below, 1/(1 - 0.5) = 2.

    Bad:
        input: [3, 32, 32]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3, bias: false}
          - dropout: 0.5
          - batch_norm2d
          - relu

    Good:
        input: [3, 32, 32]
        layers:
          - conv2d: {out_channels: 8, kernel_size: 3, bias: false}
          - batch_norm2d
          - relu
          - dropout: 0.5

    Source: Li, Chen, Hu and Yang, Understanding the disharmony between dropout and batch normalization by variance shift
    (2019).
    """

    code = "CNN204"
    name = "dropout-before-norm"

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        if not any(_probability(layer) for layer in analysis.layers):
            return
        met = _met(analysis)
        for layer in analysis.layers:
            p = _probability(layer)
            found = met.get((layer.name, True)) if p else None
            if found is not None:
                norm, through = found
                way, about = (f" through {through.name}", "about ") if through is not None else ("", "")
                times = f"{round(1 / (1 - p), 2):g}" if p < 1 else "∞"
                message = (
                    f"what it puts out reaches {norm.name}{way}, which learns a variance {about}"
                    f"1/(1 - {p:g}) = {times} times that of inference"
                )
                yield self.at(layer.node, message, f"put it below {norm.name}, or below the last norm")


def _probability(layer: Layer) -> float:
    """With which probability a layer drops what the variance hangs on; 0 for all but dropout."""
    of_type = layer.node.layer
    if of_type is None or of_type.family != "dropout" or of_type.type == "alpha_dropout":
        return 0
    return float(getattr(of_type, "p", 0))


def _met(analysis: Analysis) -> Mapping[tuple[str, bool], _Met]:
    """Of each layer the first norm that its output comes to, with one layer with weights allowed on the way and with none."""
    from_layer: dict[tuple[str, bool], _Met] = {}
    for layer in reversed(analysis.layers):
        for allowed in (False, True):
            for reader in analysis.readers.get(layer.name, ()):
                if found := _at(reader, allowed, from_layer):
                    from_layer.setdefault((layer.name, allowed), found)
    return from_layer


def _at(reader: Layer, allowed: bool, known: Mapping[tuple[str, bool], _Met]) -> _Met | None:
    """The norm that is a reader, or that what it puts out comes to."""
    of_type = reader.node.layer
    if of_type is None or of_type.merges:
        return None
    if of_type.family == "norm":
        return _Met(reader, None) if getattr(of_type, "track_running_stats", False) else None
    if of_type.family in _PASSED:
        return known.get((reader.name, allowed))
    if not allowed or of_type.family not in _WEIGHTED:
        return None
    found = known.get((reader.name, False))
    return None if found is None else _Met(found.norm, reader)
