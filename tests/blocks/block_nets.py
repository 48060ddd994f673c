"""What the tests of blocks share: networks of a few entries, and what is asked of them."""

import cnnspec
from cnnspec.language.checker import parse
from cnnspec.rules.selection import Selection, chosen

CONV = "conv2d: {out_channels: 4, kernel_size: 1}"
WIDE = "wide: {params: {width: null, stride: 1, bias: false}, layers: [{conv2d: {out_channels: width, kernel_size: 1, " + (
    "stride: stride, bias: bias, padding: 0}}]}"
)


MEANING = Selection(chosen(None, ["CNN106", "CNN2"]))
"""Every rule but those about layers that nobody reads and about what is unwise: these networks are not built to be run."""


def analyze(text):
    return cnnspec.analyze(parse(text, "net.yaml"), selection=MEANING)


def net(*layers, blocks="", head="input: [3, 8, 8]\n"):
    """The network of these entries; the first stands in the line after ``layers:``, which follows head and blocks."""
    defined = "".join(f"  {line}\n" for line in blocks.strip("\n").splitlines())
    return analyze(
        head + (f"blocks:\n{defined}" if defined else "") + "layers:\n" + "".join(f"  - {item}\n" for item in layers)
    )


def sound(*layers, **more):
    """The network of these entries, in which nothing is wrong."""
    result = net(*layers, **more)
    assert not result.findings, result.findings
    return result


def names(result):
    return [layer.name for layer in result.layers]


def inputs(result, name):
    return result[name].node.inputs


def messages(result):
    return [(finding.code, tuple(finding.position), finding.message) for finding in result.findings]


def keys(result):
    """What the network adds to PyTorch's ``state_dict``."""
    return [
        f"{layer.name}.{tensor}"
        for layer in result.layers
        if layer.node.shares is None
        for tensor in (*layer.node.layer.parameters(*layer.input_shapes), *layer.node.layer.buffers(*layer.input_shapes))
    ]


def column(entry, what):
    """Where ``what`` stands in the line of an entry of ``net``."""
    return len("  - ") + entry.index(what) + 1
