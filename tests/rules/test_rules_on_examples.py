"""What check says to the examples: everything above a note, with its reason, and which notes."""

from collections import Counter
from pathlib import Path

import pytest

import cnnspec

EXAMPLES = Path(__file__).parents[2] / "examples"

EXPECTED = {
    # The slide takes the floor of 29.5, and no activation stands between the three convolutions.
    ("slides_convnet", "conv2", "fractional-stride"),
    ("slides_convnet", "conv2", "linear-stack"),
    ("slides_convnet", "conv3", "linear-stack"),
    # The table has a row for each layer with parameters; activations are left out of it.
    ("slides_digits", "fc4", "linear-stack"),
    ("slides_digits", "softmax", "linear-stack"),
    # 112.5 and 56.5: what is lost is padding. Two convolutions, with nothing between them.
    ("slides_downsampling", "conv1", "fractional-stride"),
    ("slides_downsampling", "conv2", "fractional-stride"),
    ("slides_downsampling", "conv2", "linear-stack"),
    # An edge lies between two pixels: the book's kernel of two has no middle.
    ("slides_edge", "conv1", "even-kernel"),
    # What the examples are about: 1.5 and 2.33 are floored.
    ("slides_floor", "floored", "fractional-stride"),
    ("slides_strides", "stride3", "fractional-stride"),
    # 110.5, 55.5 and 13.5, drawn as 110, 55 and 13: what is lost is padding.
    ("zfnet", "conv1", "fractional-stride"),
    ("zfnet", "max_pool1", "fractional-stride"),
    ("zfnet", "max_pool2", "fractional-stride"),
}
"""Every finding that the authors expect: then it is a note."""

TOLD = set()
"""Every error and warning that they do not."""

NOTES = {
    # 55.25: 11×11/4 leaves one row of padding over. The first dense layer holds 62 % of the parameters.
    "alexnet": {"fractional-stride": 1, "dense-dominates": 1},
    "alexnet_2012": {"dense-dominates": 1},
    # The stem's 7×7/2 and 3×3/2 leave one row of padding over.
    "densenet": {"fractional-stride": 2},
    # So does the stem's 7×7/2; three 3×3/2 pools leave one row over that `ceil_mode` reads.
    "googlenet": {"fractional-stride": 4},
    # S3's 5×5 reads C2's cells, each of which sees 17 of 16 rows already, though no two the same.
    "neocognitron": {"unproductive-layer": 1},
    # The stem and three 3×3/2 leave one row of padding over, three 1×1/2 shortcuts skip one.
    "resnet18": {"fractional-stride": 8, "stride-exceeds-kernel": 1},
    "resnet50": {"fractional-stride": 8, "stride-exceeds-kernel": 1},
    "slides_ann": {"dense-dominates": 1},
    "vgg": {"dense-dominates": 1, "narrowing-channels": 1},
    # 7×7/2 and 3×3/2 on even sizes leave one row of padding over. The last pool and the last stride keep 1,024 channels; what
    # follows sees more than the image, and the dense layers hold three quarters of the parameters.
    "yolov1": {"fractional-stride": 2, "narrowing-channels": 2, "unproductive-layer": 1, "dense-dominates": 1},
    # Six padded 3×3/2 on even sizes, which leave one row of padding over.
    "yolov5": {"fractional-stride": 6},
    "zfnet": {"dense-dominates": 1},
}
"""How many notes they do not expect, of which rules."""


def every_finding():
    for path in sorted(EXAMPLES.glob("**/*.yaml")):
        for finding in cnnspec.analyze(path).findings:
            yield path.stem, finding


def test_all_that_is_expected():
    assert {(name, found.layer, found.rule) for name, found in every_finding() if found.expected} == EXPECTED


def test_errors_and_warnings():
    told = {(name, found.layer, found.rule) for name, found in every_finding() if found.severity != "note"}
    assert told == TOLD
    assert len(told) <= 5


def test_notes():
    counted = {}
    for name, found in every_finding():
        if found.severity == "note" and not found.expected:
            counted.setdefault(name, Counter())[found.rule] += 1
    assert counted == NOTES


def test_resnet_50_is_told_of_padding_and_shortcuts():
    findings = cnnspec.analyze(EXAMPLES / "resnet50.yaml").findings
    assert {found.severity for found in findings} == {"note"}
    # Of its stem, its pool and three strides of 3×3 one row of padding is left; of three 1×1/2 shortcuts one that they skip.
    lost = [found for found in findings if found.rule == "fractional-stride"]
    assert sum("all of them padding" in found.message for found in lost) == 5
    assert sum("as the kernel is smaller than the stride" in found.message for found in lost) == 3


@pytest.mark.parametrize("size", [224, 227])
def test_alexnet(size):
    """As in the paper, without padding in its first layer: 224 is an error that proposes 227, which is none."""
    findings = cnnspec.analyze(EXAMPLES / "alexnet_2012.yaml", inputs=(3, size, size)).findings
    errors = [found for found in findings if found.severity != "note"]
    if size == 224:
        # 54.25, then 54, 26 and 12 of which the pools lose a row each.
        assert [found.layer for found in errors] == ["conv1", "pool1", "pool2", "pool5"]
        assert {found.severity for found in errors} == {"error"}
        assert "(224 + 0 - 11)/4 + 1 = 54.25" in errors[0].message
        assert all("or an input of [3, 227, 227]" in found.fix for found in errors)
    else:
        assert not errors
        assert {found.rule for found in findings} == {"dense-dominates"}
