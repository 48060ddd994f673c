"""The page of the examples, ``docs/examples.md``: a row each network and, below it, the others of its family."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cnnspec.analysis.analysis import Analysis, analyse
from cnnspec.graph.elaborate import elaborate
from cnnspec.language.checker import parse
from cnnspec.language.spec import Spec
from cnnspec.render import figures, table
from cnnspec.render.examples import SUMS, is_sum
from cnnspec.render.page import table as in_markdown
from cnnspec.resources import folder

FAMILIES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "densenet": {
        "DenseNet-121": {},
        "DenseNet-161": {"growth": 48, "block_config": [6, 12, 36, 24]},
        "DenseNet-169": {"block_config": [6, 12, 32, 32]},
        "DenseNet-201": {"block_config": [6, 12, 48, 32]},
    },
    "googlenet": {"GoogLeNet": {}, "GoogLeNet, no auxiliary heads": {"heads": False}},
    "googlenet_2014": {"GoogLeNet (2014)": {}, "GoogLeNet (2014), no auxiliary heads": {"heads": False}},
    "resnet18": {"ResNet-18": {}, "ResNet-34": {"stages": [3, 4, 6, 3]}},
    "resnet50": {
        "ResNet-50": {},
        "ResNet-101": {"stages": [3, 4, 23, 3]},
        "ResNet-152": {"stages": [3, 8, 36, 3]},
        "ResNet-50, as published": {"v1": True},
        "ResNet-101, as published": {"stages": [3, 4, 23, 3], "v1": True},
        "ResNet-152, as published": {"stages": [3, 8, 36, 3], "v1": True},
    },
    "vgg": {
        "VGG-16": {},
        "VGG-11": {"stages": [1, 1, 2, 2, 2]},
        "VGG-13": {"stages": [2, 2, 2, 2, 2]},
        "VGG-19": {"stages": [2, 2, 4, 4, 4]},
        "VGG-16, batch norm": {"batch_norm": True},
        "VGG-11, batch norm": {"stages": [1, 1, 2, 2, 2], "batch_norm": True},
        "VGG-13, batch norm": {"stages": [2, 2, 2, 2, 2], "batch_norm": True},
        "VGG-19, batch norm": {"stages": [2, 2, 4, 4, 4], "batch_norm": True},
    },
    "yolov5": {
        "YOLOv5s": {},
        "YOLOv5n": {"width": 0.25},
        "YOLOv5m": {"depth": 0.67, "width": 0.75},
        "YOLOv5l": {"depth": 1, "width": 1},
        "YOLOv5x": {"depth": 1.33, "width": 1.25},
    },
}
"""The networks of a file by their names, the file's own first: which of its vars are others."""

_PAGE = """# Examples

Published networks, each in a short file of [examples/](../examples). Each file expects its figures (`expect`), so that
`cnnspec check` proves them; [tests](testing.md) compare them with the paper and with PyTorch.

```console
$ cnnspec examples                                            # this list, shorter
$ cnnspec summary examples/vgg.yaml --set 'stages=[2,2,4,4,4]' # a network with other vars
$ cnnspec report examples/unet.yaml --input 1x700x700         # or with another input
$ cnnspec summary examples/densenet.yaml --depth 1            # its blocks, not the layers in them
$ cnnspec new mine --from resnet50                            # a file of one's own to start from
```

Rows without a file are other networks of the file above, by the options beside them. Params are all that can be learned or are
frozen, auxiliary heads included. MACs are the multiply-accumulates of convolutions and linear layers for one input at
inference. The field is what a unit sees of the input, in the last layer in which it is not all of it.

{networks}

## {title}

Small files, each of one question.

{sums}
"""


@cache
def markdown() -> str:
    """The page, from the files as they are."""
    files = sorted(folder("examples").glob("*.yaml"))
    networks = [file for file in files if not is_sum(file.stem)]
    rows = [row for file in networks for row in _rows(file)]
    head = ("file", "network", "`--set`", "params", "MACs", "field", "published")
    sums = [(_linked(file), figures.one_line(_read(file).description)) for file in files if file not in networks]
    return _PAGE.format(networks=in_markdown(head, rows), title=SUMS, sums=in_markdown(("file", "what it shows"), sums))


def _rows(file: Path) -> Iterator[tuple[str, ...]]:
    spec = _read(file)
    for name, others in FAMILIES.get(file.stem, {spec.name: {}}).items():
        own = not others
        reference = _published(spec.reference or "") if own else ""
        yield (_linked(file) if own else "", name, _options(others), *_figures(_analysed(spec, others)), reference)


def _read(file: Path) -> Spec:
    return parse(file.read_bytes(), file.name)


def _analysed(spec: Spec, others: Mapping[str, Any]) -> Analysis:
    return analyse(elaborate(spec.varied(others) if others else spec))


def _figures(analysis: Analysis) -> tuple[str, ...]:
    totals = {total.name: total.figure for total in table.totals(analysis)}
    return totals["Params"], totals["MACs"], totals["Receptive field"]


def _options(others: Mapping[str, Any]) -> str:
    """What is written after the command, as a shell takes it."""
    words = [word for name, value in others.items() for word in ("--set", f"{name}={json.dumps(value, separators=(',', ':'))}")]
    return f"`{shlex.join(words)}`" if words else ""


def _linked(file: Path) -> str:
    return f"[`{file.stem}`](../examples/{file.name})"


def _published(reference: str) -> str:
    return f"<{reference}>" if figures.address(reference) else figures.one_line(reference)
