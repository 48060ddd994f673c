"""What rules ask of layer types: a type that says nothing of its family only moves numbers, and is linear."""

from cnnspec import layers

MOVERS = {
    *("identity", "flatten", "unflatten", "reshape", "permute", "slice", "crop", "pad", "upsample", "scale"),
    *("pixel_shuffle", "pixel_unshuffle", "channel_shuffle"),
}


def families():
    return {name: layer.family for name, layer in layers.known().items()}


def test_only_what_moves_numbers_says_nothing():
    assert {name for name, family in families().items() if family == "shape"} <= MOVERS


def test_convolutions_norms_and_merges_are_called_so():
    for name, family in families().items():
        assert (family == "convolution") == ("conv" in name or name.startswith("locally")), name
        assert (family == "norm") == name.endswith(("norm", "norm1d", "norm2d", "norm3d")), name
        assert (family == "merge") == layers.known()[name].merges, name
        assert (family == "pool") == ("pool" in name), name
        assert (family == "dropout") == ("dropout" in name or name == "stochastic_depth"), name
