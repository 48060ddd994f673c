"""Who feeds whom: what rules ask of two layers that follow one another."""

from __future__ import annotations

from collections.abc import Mapping

from cnnspec.analysis.analysis import Analysis
from cnnspec.analysis.layer import Layer


def by_name(analysis: Analysis) -> Mapping[str, Layer]:
    """The layers by their full names."""
    return {layer.name: layer for layer in analysis.layers}


def sole_reader(analysis: Analysis, layer: Layer) -> Layer | None:
    """The one layer that reads an output; None where others do too, or the network puts it out."""
    readers = analysis.readers.get(layer.name, ())
    return readers[0] if len(readers) == 1 and layer.name not in analysis.graph.ends else None
