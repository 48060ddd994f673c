"""What every layer type says of itself.

A layer is a frozen set of options. All its methods are pure functions of those and of its inputs' shapes;
whole numbers in, whole numbers out. A method that every layer must have is abstract: a forgotten rule is an
error, never a zero in a report.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, ClassVar, Literal, NamedTuple, Self

from cnnspec.arithmetic.field import GLOBAL, Field, UnknownField
from cnnspec.arithmetic.shape import AXES, Shape, elements, listed
from cnnspec.arithmetic.window import Window
from cnnspec.errors import IllegalValue, ShapeMismatch
from cnnspec.layers.call import Argument, Call, Given, Size
from cnnspec.layers.options import Kind
from cnnspec.override import override

Family = Literal["convolution", "linear", "pool", "norm", "activation", "dropout", "merge", "scale", "shape"]
"""What a layer is for; ``shape`` moves numbers or fills in between them."""
_LINEAR = ("convolution", "linear", "dropout", "scale", "shape")


class Option(NamedTuple):
    """One option as its class declares it."""

    name: str
    kind: Kind
    required: bool
    default: object
    like: str | None
    nullable: bool
    unless: str | None
    """The option from which this one, though required, follows where that is given."""


class IllegalOption(IllegalValue):
    """A value that its option does not take."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


class Reading:
    """How a layer reads one axis of its input: what becomes of a receptive field along it."""

    keeps: bool = False
    """Whether each unit reads its own alone, so that it does not matter what lies beside it."""

    def field(self, below: Field) -> Field:
        """The field of the units above; a unit for itself where nothing else is said."""
        return below


class Kept(Reading):
    """Each unit reads the one below it."""

    keeps = True


class Whole(Reading):
    """Every unit reads the whole axis, whatever its length."""

    @override
    def field(self, below: Field) -> Field:
        return GLOBAL


class Scattered(Reading):
    """A unit reads some that do not lie side by side: what it sees is no interval."""

    @override
    def field(self, below: Field) -> Field:
        raise UnknownField


class Windows(Reading):
    """A window slides along the axis."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.keeps = window == Window(1)

    @override
    def field(self, below: Field) -> Field:
        return below.through(self.window)


class Axis(NamedTuple):
    """What becomes of one axis of an input: the output's axis that carries it on (None: none does), and how it is read.

    ``folded`` marks that its units no longer lie side by side there: reading the new axis whole reads this one whole.
    """

    to: int | None
    reading: Reading
    folded: bool = False


KEPT, WHOLE, SCATTERED = Kept(), Whole(), Scattered()


@dataclass(frozen=True, slots=True)
class Layer(ABC):
    """A layer of some ``type`` with its options, every one evaluated.

    The docstring of a layer class is its page: :mod:`cnnspec.layers.page` says how it is read.
    """

    types: ClassVar[tuple[str, ...]]
    family: ClassVar[Family] = "shape"
    merges: ClassVar[bool] = False
    """Whether it joins two or more inputs; others take one."""
    shares_weights: ClassVar[bool] = False
    """Whether it is a convolution, for which it is asked what it would cost without sharing its weights."""
    leading: ClassVar[tuple[Argument, ...]] = ()
    """What PyTorch's class and function of it are given first, without names; trailing ones that are defaults are left out."""
    foreign: ClassVar[tuple[str, ...]] = ()
    """Options that PyTorch's class does not take under their names, or counts otherwise."""
    functional: ClassVar[str] = ""
    """PyTorch's function that computes it, less the dimension (``F.max_pool``); none where a person would write the module."""

    type: str

    @classmethod
    @cache
    def options(cls) -> Mapping[str, Option]:
        """The options, the main one first."""
        return {
            item.name: Option(
                item.name,
                item.metadata["kind"],
                item.default is MISSING or item.metadata["unless"] is not None,
                item.default,
                item.metadata["like"],
                item.metadata["nullable"],
                item.metadata["unless"],
            )
            for item in fields(cls)
            if item.name != "type"
        }

    @classmethod
    def build(cls, type: str, values: Mapping[str, object], ndim: int) -> Self:
        """The layer of these options: plain values, for ``ndim`` spatial axes.

        Raises :class:`IllegalOption` for the first value that its option does not take.
        """
        accepted: dict[str, Any] = {}
        for name, option in cls.options().items():
            value = values.get(name, option.default)
            if name not in values and option.like is not None:
                accepted[name] = accepted[option.like]
            elif value is None and (not option.required or option.unless in values):
                accepted[name] = None
            else:
                try:
                    accepted[name] = option.kind.accept(value, ndim)
                except IllegalValue as illegal:
                    raise IllegalOption(name, str(illegal)) from None
        return cls(type, **accepted)

    @property
    def ndim(self) -> int:
        """How many spatial axes the type's name asks for; 0 where it says nothing."""
        return dimension(self.type)

    @property
    def meant(self) -> Layer:
        """The layer that it stands for: itself, where no option names another."""
        return self

    @property
    def is_linear(self) -> bool:
        """Whether, once trained, its output is a linear (affine) function of its input: such layers in a row are one."""
        return self.family in _LINEAR

    def is_free(self, option: str) -> bool:
        """Whether the layer has this option and another value of it may be offered: it follows from no other that is given."""
        declared = self.options().get(option)
        return declared is not None and (declared.unless is None or getattr(self, declared.unless) is None)

    @abstractmethod
    def output(self, *inputs: Shape) -> Shape:
        """The output's shape. Raises :class:`IllegalShape` with the numbers and what would be legal."""

    @abstractmethod
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        """The learnable tensors by name, in the order of PyTorch's ``state_dict``."""

    def buffers(self, *inputs: Shape) -> Mapping[str, Shape]:
        """The tensors that are saved but not learned."""
        return {}

    @abstractmethod
    def macs(self, *inputs: Shape) -> int:
        """Multiply-accumulates of convolutions and linear layers for one input, bias left out."""

    @abstractmethod
    def flops(self, *inputs: Shape) -> int:
        """2·macs, one per bias addition, one per primitive of every other operation."""

    def windows(self, *inputs: Shape) -> tuple[Window, ...]:
        """Kernel geometry, a spatial axis each; none where the layer has no window."""
        return ()

    @abstractmethod
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        """For each input, what becomes of each of its axes."""

    def resolved(self, *inputs: Shape) -> dict[str, object]:
        """The options as a report shows them: every one, with ``same`` padding in rows."""
        return {name: getattr(self, name) for name in self.options()}

    def torch(self, *inputs: Shape) -> Call:
        """The call that makes its module: PyTorch's class of this class' name, where nothing else is said."""
        return self.call(f"nn.{type(self).__name__}{self.dimensioned}", *self.leading)

    def expression(self, *inputs: Shape) -> Call | None:
        """How a ``forward`` computes it without a module, where a person would write it so: its data come first."""
        if not self.functional:
            return None
        leading = tuple(item for item in self.leading if not isinstance(item, Size))
        return self.call(f"{self.functional}{self.dimensioned}", *leading)

    def call(self, name: str, *leading: Argument, **keywords: Argument) -> Call:
        """``name`` called with ``leading``, ``keywords``, and by name every other option that has not its default.

        PyTorch names options and sets defaults as a spec does. A keyword of None leaves out the option of that name.
        """
        given = [item.option if isinstance(item, Given) else None for item in leading]
        while given and given[-1] is not None and self.is_default(given[-1]):
            given.pop()
        unsaid = {*given, *self.foreign, *filter(self.is_default, self.options())}
        named = {option: None if option in unsaid else Given(option) for option in self.options()} | keywords
        return Call(name, leading[: len(given)], {option: value for option, value in named.items() if value is not None})

    def is_default(self, name: str) -> bool:
        """Whether this option has the value that it has where it is not written."""
        option, value = self.options()[name], getattr(self, name)
        if option.like is not None:
            return bool(value == getattr(self, option.like))
        if option.default is None or option.default is MISSING:
            return value is option.default
        return bool(value == option.kind.accept(option.default, self.ndim))

    @property
    def dimensioned(self) -> str:
        """What its type's name ends in where it asks for a dimension: ``2d``."""
        return self.type[-2:] if self.ndim else ""


@dataclass(frozen=True, slots=True)
class Pointwise(Layer):
    """A layer without parameters that computes each element of one input by itself: ``cost`` flops an element.

    Shape: the input's.
    Params: none.
    Receptive field: each unit sees what the one below it sees.
    """

    cost: ClassVar[int] = 0

    @override
    def output(self, *inputs: Shape) -> Shape:
        return inputs[0]

    @override
    def parameters(self, *inputs: Shape) -> Mapping[str, Shape]:
        return {}

    @override
    def macs(self, *inputs: Shape) -> int:
        return 0

    @override
    def flops(self, *inputs: Shape) -> int:
        return self.cost * elements(inputs[0])

    @override
    def axes(self, *inputs: Shape) -> tuple[tuple[Axis, ...], ...]:
        return (kept(inputs[0]),)


@dataclass(frozen=True, slots=True)
class Weighing(Layer):
    """A layer whose outputs are sums of weighed inputs, each with a bias where it has such a parameter."""

    @override
    def flops(self, *inputs: Shape) -> int:
        biases = elements(self.output(*inputs)) if "bias" in self.parameters(*inputs) else 0
        return 2 * self.macs(*inputs) + biases


@cache
def dimension(type: str) -> int:
    """The N of a type's name ``…Nd``; 0 where there is none."""
    return int(type[-2]) if type[-2:] in ("1d", "2d", "3d") else 0


@cache
def kept_axes(rank: int) -> tuple[Axis, ...]:
    """So many axes that stay where they are, each unit reading itself: always the same tuple."""
    return tuple(Axis(axis, KEPT) for axis in range(rank))


def kept(shape: Shape) -> tuple[Axis, ...]:
    """Every axis stays where it is, each unit reading itself."""
    return kept_axes(len(shape))


def require_rank(layer: Layer, shape: Shape) -> None:
    """Raise :class:`ShapeMismatch` unless ``shape`` is channels and as many axes as the layer's type says."""
    if len(shape) != layer.ndim + 1:
        raise ShapeMismatch(
            f"{layer.type} reads {layer.ndim + 1} axes ({', '.join(AXES[layer.ndim + 1])}), but its input is {listed(shape)}",
            fix=_right_rank(layer, shape),
        )


def _right_rank(layer: Layer, shape: Shape) -> str:
    other = f"{layer.type[:-2]}{len(shape) - 1}d"
    batch = f"{listed(shape[1:])} without the batch, or " if len(shape) == layer.ndim + 2 and shape[0] == 1 else ""
    if other in layer.types:
        return f"{batch}{other}, which reads {', '.join(AXES[len(shape)])}"
    if len(shape) == 1:
        return f"put {layer.type} above the layer that flattens its input"
    return batch.removesuffix(", or ")
