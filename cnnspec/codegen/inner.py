"""Classes inside others: their entries see the class around them, and they are given what they use of it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnspec.codegen import symbolic
from cnnspec.codegen.annotations import handed_on, typed
from cnnspec.codegen.code import Parameter, mentioned
from cnnspec.codegen.points import Differ, Flow, Frame, Point, Unsupported, flow
from cnnspec.codegen.resolve import ABOVE, Resolver
from cnnspec.codegen.sites import Site, Sites
from cnnspec.codegen.writer import Writer
from cnnspec.graph.names import Binding
from cnnspec.graph.trace import Copy, Visit

if TYPE_CHECKING:
    from cnnspec.codegen.dataflow import Data, Dataflow
    from cnnspec.codegen.program import Program

Made = tuple[ast.expr, Flow, "list[Data]"]
"""A constructor call, what the module puts out, and what it reads beside its inputs."""


class Inner:
    """A class for what an entry holds, at all its places. Copies that use it again are looked at, too."""

    def __init__(self, program: Program, sites: Sites, site: Site, around: Dataflow | None) -> None:
        self.program = program
        self.sites = sites
        self.site = site
        self.around = around

    def container(self) -> Made:
        """The class of a ``sequential``."""
        points = self.site.points
        frames = [self._frame(point, point.made) for point in points]
        again = [(point, copy) for point in points for copy in self.program.again(point.made)]
        more = [self._frame(point, copy) for point, copy in again]
        return self._made([*frames, *more], [copy for _, copy in again], None)

    def turns(self, visits: Sequence[Visit]) -> Made:
        """The class of the copies of an entry that together have a name."""
        frames = [
            Frame([visit], point.made.sources, dict(point.values), visit.output.node)
            for point, visit in zip(self.site.points, visits, strict=True)
        ]
        return self._made(frames, [], visits)

    @staticmethod
    def _frame(point: Point, copy: Copy) -> Frame:
        return Frame(copy.bodies[0], copy.sources, dict(point.values), copy.output.node)

    def _made(self, frames: list[Frame], again: Sequence[Copy], visits: Sequence[Visit] | None) -> Made:
        site, names = self.site, frozenset(frames[0].values)
        points = [Point(frame, frame.visits) for frame in frames]
        resolver = Resolver(frames, {*names, *self.program.functions}, True)
        writer = Writer(Sites(self.program, resolver), points, site.context.symbols, True, self.around)
        writer.count = len(site.points)
        flows = [self._widened(points, index, again) for index in range(len(site.flows))]
        inputs = ["x", *(f"x{index}" for index in range(2, len(flows) + 1))]
        try:
            base, body, forward, output = writer.body(flows, inputs, None if visits is None else (site.entry, visits))
        except Differ as differ:
            keys = [differ.key(frame.visits) for frame in frames]
            if len(set(keys[: writer.count])) == 1 < len(set(keys)):
                raise Unsupported(f"where `{site.points[0].made.name}` is used again it would be other code") from None
            raise Differ(site.points, keys[: writer.count]) from None
        used, whole = mentioned(body), handed_on(body, self.program.parameters)
        captured = [
            Parameter(name, typed(name, frames, whole))
            for name in frames[0].values
            if name in used and name in names and name != ABOVE and name not in self.program.constants.values()
        ]
        promoted = [Parameter(name, typed(name, frames, whole)) for name in resolver.promoted if name in used]
        name = self.program.define_inside(site, [*captured, *promoted], base, body, forward)
        for index, copy in enumerate(again):
            self.program.asked[id(copy)] = [
                item if isinstance(item, ast.expr) else item[writer.count + index] for item in writer.lent
            ]
        bindings = [Binding(frame.end, shape) for frame, shape in zip(frames, output.shapes, strict=True)]
        outer = flow(site.points, bindings[: writer.count], lambda axis: [resolver.spelled_out(output.size(axis))])
        return symbolic.call(name, **self._arguments(captured, promoted, frames)), outer, writer.read

    def _widened(self, points: Sequence[Point], index: int, again: Sequence[Copy]) -> Flow:
        """What the class reads, also where it is used again."""
        found = self.site.flows[index]
        bindings = [Binding(node, shape) for node, shape in zip(found.nodes, found.shapes, strict=True)]
        bindings += [copy.sources[index] for copy in again]
        return flow(points, bindings, lambda axis: [found.size(axis)])

    def _arguments(
        self, captured: Sequence[Parameter], promoted: Sequence[Parameter], frames: Sequence[Frame]
    ) -> dict[str, ast.expr]:
        """What the class is told: names of the class around it, and numbers."""
        points, resolve = self.site.points, self.sites.resolver.resolve
        found: dict[str, ast.expr] = {item.name: ast.Name(item.name) for item in captured}
        for item in promoted:
            values = [frame.values[item.name] for frame in frames[: len(points)]]
            found[item.name] = resolve(points, values, [], item.name)
        return found
