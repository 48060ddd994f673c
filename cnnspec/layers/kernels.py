"""Kernels that a spec gives: their numbers, what follows from their sizes, and biases that are given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnspec.arithmetic.shape import Shape, times
from cnnspec.arithmetic.window import Window
from cnnspec.errors import Fix, GroupsMismatch, IllegalShape, IllegalValue, ShapeMismatch
from cnnspec.layers.connections import check_connections
from cnnspec.layers.groups import check_groups
from cnnspec.layers.layer import IllegalOption, require_rank
from cnnspec.layers.options import EXPRESSION, Float, Kind, shown
from cnnspec.layers.sliding import takes_padding
from cnnspec.override import override

if TYPE_CHECKING:
    from cnnspec.layers.conv import Conv

Tensor = tuple[Any, ...]
"""Numbers, or tensors of the same sizes."""


def sizes_of(tensor: object) -> Shape:
    """The size of each axis, as the first list at each depth has it."""
    sizes = []
    while isinstance(tensor, tuple | list):
        sizes.append(len(tensor))
        tensor = tensor[0] if tensor else None
    return tuple(sizes)


SOBEL_X: Tensor = ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))
PREWITT_X: Tensor = ((-1, 0, 1),) * 3
NAMED: dict[str, Tensor] = {
    "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "blur": ((1 / 9,) * 3,) * 3,
    "gaussian_blur": tuple(tuple(row * column / 16 for column in (1, 2, 1)) for row in (1, 2, 1)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "edge_detect": ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    "laplacian": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    "emboss": ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    "sobel_x": SOBEL_X,
    "sobel_y": tuple(zip(*SOBEL_X, strict=True)),
    "prewitt_x": PREWITT_X,
    "prewitt_y": tuple(zip(*PREWITT_X, strict=True)),
}
"""The kernels that have a name, all of two axes."""


class Kernel(Kind):
    """A kernel that is given: its name, one for each channel by itself, or all of them."""

    words = tuple(NAMED)

    @property
    @override
    def takes(self) -> str:
        names = ", ".join(f"`{name}`" for name in NAMED)
        return (
            "numbers: a list for one spatial axis, a matrix for two, a cube for three, applied to each channel by itself; "
            f"or nested lists of the whole shape [out][in / groups][k]…[k]; for two axes also a name: {names}"
        )

    @override
    def accept(self, value: object, ndim: int) -> Tensor:
        if isinstance(value, str) and value in NAMED:
            if ndim != 2:
                raise IllegalValue(f"{value} is a matrix, 3×3, for conv2d: write the numbers for conv{ndim}d")
            return NAMED[value]
        if not isinstance(value, list):
            raise IllegalValue(f"{shown(value)} is neither the name of a kernel nor a list of numbers")
        sizes = sizes_of(value)
        if len(sizes) not in (ndim, ndim + 2):
            raise IllegalValue(
                f"lists nested {len(sizes)} deep: conv{ndim}d takes {ndim} ({_axes(ndim)}, for each channel by itself) or "
                f"{ndim + 2} ([out][in / groups]{_axes(ndim)})"
            )
        return tuple(_tensor(value, sizes))

    @override
    def brief(self, value: object) -> str:
        return next((name for name, kernel in NAMED.items() if kernel == value), f"{times(sizes_of(value))} numbers")

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        level: dict[str, Any] = {"anyOf": [{"type": "number"}, EXPRESSION]}
        levels = []
        for _ in range(ndim + 2):
            array = {"type": "array", "items": level, "minItems": 1}
            levels.append(array)
            level = {"anyOf": [array, EXPRESSION]}
        names = [{"enum": list(NAMED)}] if ndim == 2 else []
        return {"anyOf": [*names, levels[ndim - 1], levels[ndim + 1], EXPRESSION]}


class Biases(Kind):
    """Whether there is a bias; or its numbers, one for each output channel."""

    @property
    @override
    def takes(self) -> str:
        return "true or false, or a list of numbers, one for each output channel"

    @override
    def accept(self, value: object, ndim: int) -> bool | tuple[float, ...]:
        if isinstance(value, bool):
            return value
        if not isinstance(value, list):
            raise IllegalValue(f"{shown(value)} is not true or false, nor a list of numbers")
        if len(sizes_of(value)) != 1:
            raise IllegalValue("a bias is one list of numbers, one for each output channel")
        return tuple(_tensor(value, (len(value),)))

    @override
    def brief(self, value: object) -> str | None:
        return f"{len(value)} numbers" if isinstance(value, tuple) else None

    @override
    def schema(self, ndim: int) -> dict[str, Any]:
        numbers = {"type": "array", "items": {"anyOf": [{"type": "number"}, EXPRESSION]}, "minItems": 1}
        return {"anyOf": [{"type": "boolean"}, numbers, EXPRESSION]}


def is_matrix(conv: Conv) -> bool:
    """Whether one kernel is given, which is applied to each channel by itself."""
    return conv.weight is not None and len(sizes_of(conv.weight)) == conv.ndim


def takes_windows(conv: Conv, windows: tuple[Window, ...], sizes: Shape) -> bool:
    """Whether other windows may be offered: the padding is legal, and a kernel that is given stays."""
    stays = conv.is_free("kernel_size") or tuple(window.kernel for window in windows) == conv.kernel_size
    return stays and takes_padding(conv.padding_mode, windows, sizes)


def following(conv: Conv) -> dict[str, Any]:
    """The options that follow from the kernels of ``conv``, where some are given.

    Raises :class:`IllegalOption` where something else is written.
    """
    if conv.weight is None:
        return {}
    sizes = sizes_of(conv.weight)
    found: dict[str, Any] = {"kernel_size": sizes[-conv.ndim :]}
    if not is_matrix(conv):
        found["out_channels"] = sizes[0]
    for name, value in found.items():
        if (written := getattr(conv, name)) not in (None, value):
            raise IllegalOption(name, f"{_plain(written)} is written, but from `weight` follows {_plain(value)}")
    return found


def check_input(conv: Conv, shape: Shape) -> None:
    """Raise :class:`IllegalShape` unless ``conv`` takes the axes and the channels of an input of this shape."""
    require_rank(conv, shape)
    out, groups = conv.channels(shape[0])
    if is_matrix(conv):
        _check_matrix(conv, shape)
    elif conv.weight is not None:
        _check_kernels(conv, shape)
    else:
        check_groups(groups, shape[0], out)
    if conv.connections is not None:
        check_connections(conv.connections, shape)
    if isinstance(conv.bias, tuple) and len(conv.bias) != out:
        what = f"bias has {_count(len(conv.bias), 'number')} for {_count(out, 'output channel')}"
        raise _mismatch(conv, shape, what, Fix("bias", True))


def _check_matrix(conv: Conv, shape: Shape) -> None:
    for option, unsaid in (("out_channels", None), ("groups", 1)):
        if (written := getattr(conv, option)) not in (unsaid, shape[0]):
            what = f"a matrix is applied to each of {shape[0]} channels by itself, but {option} is {written}"
            raise _mismatch(conv, shape, what, Fix(option, shape[0]))


def _check_kernels(conv: Conv, shape: Shape) -> None:
    channels, (out, each) = shape[0], sizes_of(conv.weight)[:2]
    if each * conv.groups != channels:
        reads = _count(each, "channel") + f" in each of {conv.groups} groups" * (conv.groups > 1)
        fix = Fix("groups", channels // each) if channels % each == 0 else None
        raise _mismatch(conv, shape, f"the kernels of `weight` read {reads}, but the input has {channels}", fix)
    if out % conv.groups:
        raise GroupsMismatch(f"{_count(out, 'output channel')} cannot be divided into {conv.groups} groups")


def _mismatch(conv: Conv, shape: Shape, message: str, fix: Fix | None) -> ShapeMismatch:
    """The error, with the fix where so changed the layer takes the input."""
    if fix is None or not _takes(replace(conv, **{str(fix.option): fix.value}), shape):  # type: ignore[arg-type]
        return ShapeMismatch(message)
    return ShapeMismatch(message, fix=f"{fix.option} {shown(fix.value)}", fixes=(fix,))


def _takes(conv: Conv, shape: Shape) -> bool:
    try:
        conv.output(shape)
    except IllegalShape:
        return False
    return True


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def _plain(value: object) -> str:
    return times(value) if isinstance(value, tuple) else str(value)


def _axes(ndim: int) -> str:
    return "[k]" * ndim


def _tensor(value: object, sizes: Shape) -> Any:
    """``value`` as nested tuples of these sizes, a number where there are none."""
    if not sizes:
        if isinstance(value, list):
            raise IllegalValue("a list stands where the first list at that place has a number")
        return Float().accept(value, 0)
    if not isinstance(value, list):
        raise IllegalValue(f"{shown(value)} stands where the others are lists of {sizes[0]}")
    if not value:
        raise IllegalValue("an empty list stands where numbers are expected")
    if len(value) != sizes[0]:
        raise IllegalValue(f"lists side by side have {sizes[0]} and {len(value)} entries: they must be equally long")
    return tuple(_tensor(item, sizes[1:]) for item in value)
