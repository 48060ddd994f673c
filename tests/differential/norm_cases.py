"""Norms and dropouts."""

from __future__ import annotations

from drawing import COUNTED_BY_HAND, Case, Draw, any_shape, draws, maybe, other_rank, shape_of, torch_class
from hypothesis import strategies as st


@draws("batch_norm1d", "batch_norm2d", "batch_norm3d")
def batch_norm(draw: Draw, type: str) -> Case:
    ndim = int(type[-2])
    shape = any_shape(draw) if draw(st.booleans()) else draw(st.sampled_from([shape_of, other_rank]))(draw, ndim)
    options = maybe(
        draw,
        eps=st.sampled_from([1e-5, 1e-3, 0.5]),
        momentum=st.sampled_from([0.1, 0.01, 1, None]),
        affine=st.booleans(),
        track_running_stats=st.booleans(),
    )
    return Case(type, (shape,), options, lambda: torch_class(type)(shape[0], **options), ndim=ndim)


@draws("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout")
def dropout(draw: Draw, type: str) -> Case:
    ndim = int(type[-2]) if type[-1] == "d" else 0
    shape = any_shape(draw) if not ndim or draw(st.integers(0, 3)) == 0 else shape_of(draw, ndim)
    share = st.one_of(st.integers(0, 100).map(lambda percent: percent / 100), st.sampled_from([-0.5, 1.5, 2, -1]))
    options = maybe(draw, inplace=st.booleans()) | {"p": draw(share)}
    return Case(type, (shape,), options, lambda: torch_class(type)(**options), main="p", ndim=ndim)


COUNTED_BY_HAND += [
    # Folded at inference: a product and a sum, with or without the learned ones.
    ("batch_norm1d", ((4,),), {}, 4 * 2),
    ("batch_norm2d", ((2, 3, 5),), {"affine": False}, 30 * 2),
    ("batch_norm3d", ((2, 3, 5, 2),), {}, 60 * 2),
    # Nothing at inference, or nothing but moving numbers.
    ("dropout", ((2, 3, 5),), {}, 0),
    ("dropout1d", ((2, 3),), {}, 0),
    ("dropout2d", ((2, 3, 5),), {}, 0),
    ("dropout3d", ((2, 3, 5, 2),), {}, 0),
    ("alpha_dropout", ((2, 3, 5),), {}, 0),
]
