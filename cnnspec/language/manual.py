"""Every page of the manual: of the layer types, and here of the containers, which are no layers and have no class."""

from __future__ import annotations

from cnnspec import layers
from cnnspec.language.signature import CONTAINERS
from cnnspec.layers.page import Page, Row, page, written

_LAYERS = Row("layers", "required", "a list of entries")

_CONTAINERS = {
    "sequential": (
        """Layers in a scope, numbered as nn.Sequential numbers.

        An entry with no name is called by its position. What is inside sees what stands above the container; outside only
        its output is seen, under the container's name.

        Shape: its last layer's.
        Params: its layers' together.
        Flops: its layers' together.
        Receptive field: its last layer's.

        Example:
            input: [3, 32, 32]
            layers:
              - sequential:
                  name: features
                  layers:
                    - conv2d: {out_channels: 8, kernel_size: 3, padding: 1}
                    - relu
                    - max_pool2d: 2
                  expect: {output_shape: [8, 16, 16], params: 224}

        Source: ``torch.nn.Sequential``.
        """,
        (_LAYERS,),
    ),
    "inline": (
        """Entries repeated or switched together, in no scope.

        Its layers are named as if they were written where it stands: it is there for ``repeat`` and ``when``.

        Shape: its last layer's.
        Params: its layers' together.
        Flops: its layers' together.
        Receptive field: its last layer's.

        Example:
            input: [3, 32, 32]
            layers:
              - inline:
                  repeat: 2
                  layers:
                    - conv2d: {out_channels: 8, kernel_size: 3, padding: 1}
                    - relu
              - max_pool2d: {kernel_size: 2, expect: {output_shape: [8, 16, 16], receptive_field: 6}}
            expect: {params: 808}

        Source: a loop that appends to a list of modules.
        """,
        (_LAYERS,),
    ),
    "branches": (
        """Parallel paths over one input, joined by a merge.

        A path is an entry or a list of entries; the empty list hands the input on. Layers are named as if they were written
        where it stands, the merge after them.

        Shape: the merge's.
        Params: its layers' together.
        Flops: its layers' together, and the merge's.
        Receptive field: what any of the paths sees.

        Example:
            input: [64, 28, 28]
            layers:
              - branches:
                  - conv2d: {out_channels: 16, kernel_size: 1}
                  - [{conv2d: {out_channels: 24, kernel_size: 1}}, {conv2d: {out_channels: 32, kernel_size: 3, padding: 1}}]
                  - []
              - relu: {expect: {output_shape: [112, 28, 28], receptive_field: 3}}

        Source: Szegedy et al., Going deeper with convolutions (2015).
        """,
        (
            Row("paths", "required", "a list of two or more paths"),
            Row("merge", "concat", "a type that joins several inputs; its options may stand here too"),
        ),
    ),
}


def find(name: str) -> Page | None:
    """The page of a type, or of a type that is named less its dimension: ``conv`` or ``convNd``."""
    if name in CONTAINERS:
        return container(name)
    common = name.removesuffix("Nd")
    found = (layers.find(type) for type in (name, *(f"{common}{ndim}d" for ndim in (1, 2, 3))))
    layer = next(filter(None, found), None)
    return None if layer is None else page(layer)


def container(type: str) -> Page:
    """The page of a container."""
    docstring, options = _CONTAINERS[type]
    return written((type,), docstring, options, {})


def containers() -> list[Page]:
    """The pages of all containers."""
    return [container(type) for type in CONTAINERS]


def layer_types() -> list[Page]:
    """The pages of all layer classes in the order of their types. Imports the whole folder."""
    return [page(layer) for layer in dict.fromkeys(layers.known().values())]
