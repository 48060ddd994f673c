"""A window that slides along one axis: the arithmetic of convolutions and pools."""

from __future__ import annotations

from math import gcd
from typing import NamedTuple

MAX_GROUPS = 10_000


class Window(NamedTuple):
    """Kernel geometry along one axis, stated once and read by shapes, receptive fields, coverage and rules."""

    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    ceil: bool = False

    @property
    def extent(self) -> int:
        """From the first to the last element that one window reads: d·(k − 1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    def slack(self, size: int) -> int:
        """What is left of the padded input after the first window; negative where not even that one fits."""
        return size + self.before + self.after - self.extent

    def output(self, size: int) -> int:
        """How many windows fit an axis of ``size``; zero or less where none does.

        ``floor((n + p0 + p1 - d*(k - 1) - 1) / s) + 1``. With ``ceil`` the division is rounded up and a last
        window that would start in the padding after the input is dropped, as ``torch.nn.MaxPool2d`` does.
        """
        slack = self.slack(size)
        if not self.ceil:
            return slack // self.stride + 1
        count = -(-slack // self.stride) + 1
        if (count - 1) * self.stride >= size + self.before:
            count -= 1
        return count

    def remainder(self, size: int) -> int:
        """What the floor throws away: the last rows of the padded input that no window starts in time to read."""
        return self.slack(size) % self.stride

    def lost(self, size: int) -> int:
        """How many of :meth:`remainder`'s rows are real input and not padding."""
        return max(0, self.remainder(size) - max(0, self.after))

    def loses(self, size: int) -> bool:
        """Whether real input is lost, the kernel being no smaller than the stride (which skips on purpose), and no ``ceil``."""
        return self.kernel >= self.stride and not self.ceil and self.lost(size) > 0

    def reads(self, size: int) -> int | None:
        """How many of the axis' ``size`` positions are read by any window.

        Window ``i`` reads ``i*s - p0 + d*t`` for ``t < k``. Two taps meet only where ``d*(t - u)`` is a multiple
        of ``s``; taps are grouped by that, and each group's positions, counted in strides, are runs.
        None where there are more groups than any network has that anyone could run.
        """
        count = self.output(size)
        if count < 1:
            return 0
        if (self.dilation == 1 and self.kernel >= self.stride) or count == self.kernel == 1:
            first, last = -self.before, (count - 1) * self.stride - self.before + self.extent - 1
            return max(0, min(last, size - 1) - max(first, 0) + 1)
        if count == 1:
            return _inside(-self.before, self.dilation, self.kernel, size)
        common = gcd(self.dilation, self.stride)
        step, groups = self.dilation // common, min(self.stride // common, self.kernel)
        if groups > MAX_GROUPS:
            return None
        total = 0
        for tap in range(groups):
            taps = -(-(self.kernel - tap) // (self.stride // common))
            base = tap * self.dilation - self.before
            low, high = -(base // self.stride), (size - 1 - base) // self.stride
            total += _covered(step, taps, count, low, high)
        return total


def _inside(first: int, step: int, count: int, size: int) -> int:
    """How many of ``first, first + step, ...`` (``count`` of them) lie in ``0 .. size - 1``."""
    low = max(0, -(first // step))
    high = min(count - 1, (size - 1 - first) // step)
    return max(0, high - low + 1)


def _covered(step: int, runs: int, length: int, low: int, high: int) -> int:
    """How many of ``low .. high`` lie in the runs ``[step*u, step*u + length)``, ``u < runs``."""
    if step <= length:
        return max(0, min(high, step * (runs - 1) + length - 1) - max(low, 0) + 1)

    def below(bound: int) -> int:
        whole, rest = divmod(min(max(bound, 0), step * runs), step)
        return whole * length + min(rest, length)

    return max(0, below(high + 1) - below(low))
