"""Where an entry's data comes from."""

from __future__ import annotations

from cnnspec import layers
from cnnspec.errors import INVALID_SPEC, UNKNOWN_NAME
from cnnspec.graph.names import NOWHERE, Binding, Place, Scope
from cnnspec.graph.values import Told, Unknown
from cnnspec.language.signature import CONTAINERS
from cnnspec.language.spec import Entry, Reference, Spec
from cnnspec.language.suggest import did_you_mean


class Sources:
    """Follows ``from``, and the default where there is none."""

    def __init__(self, spec: Spec, told: Told) -> None:
        self.spec = spec
        self.told = told

    def of(self, entry: Entry, scope: Scope, above: Binding | None) -> tuple[Binding, ...]:
        """The entry's inputs; :data:`NOWHERE` alone, and told why, where one is not known."""
        try:
            if entry.sources is None:
                found: tuple[Binding, ...] = (self._above(entry, scope, above),)
            else:
                found = tuple([self._resolve(entry, reference, scope, above) for reference in entry.sources])
            self._check_arity(entry, scope, len(found))
        except Unknown:
            return (NOWHERE,)
        return (NOWHERE,) if NOWHERE in found else found

    def unknown(self, name: str, scope: Scope) -> str:
        """What to say of a name that stands for nothing here."""
        if name in scope.naming.given:
            return f"`{name}` stands below: a layer reads only what stands above it"
        return f"no layer or input is called `{name}`{did_you_mean(name, scope.known())}"

    def _above(self, entry: Entry, scope: Scope, above: Binding | None) -> Binding:
        if above is not None:
            return above
        if len(self.spec.inputs) > 1:
            known = ", ".join(self.spec.inputs)
            what = f"there are several inputs: say with `from` which is read, of {known}"
            self.told(INVALID_SPEC, entry.position, what, Place(scope, None, entry))
        raise Unknown

    def _resolve(self, entry: Entry, reference: Reference, scope: Scope, above: Binding | None) -> Binding:
        if reference.name == "above":
            return self._above(entry, scope, above)
        place = Place(scope, None, entry)
        binding = scope.find(reference.name)
        if binding is None:
            if not scope.is_uncertain():
                self.told(UNKNOWN_NAME, reference.position, self.unknown(reference.name, scope), place)
            raise Unknown
        return binding

    def check_inference(self, entry: Entry, scope: Scope, sources: tuple[Binding, ...]) -> None:
        """Raise :class:`Unknown`, and tell, where an entry that runs at inference reads one that does not."""
        for reference, binding in zip(entry.sources or (), sources, strict=False):
            if binding.training_only:
                what = f"`{reference.name}` is for training only: what runs at inference cannot read it"
                self.told(INVALID_SPEC, reference.position, what, Place(scope, None, entry))
                raise Unknown

    def _check_arity(self, entry: Entry, scope: Scope, count: int) -> None:
        block, layer = self.spec.blocks.get(entry.type), layers.find(entry.type)
        if entry.broken or (block is None and layer is None and entry.type not in CONTAINERS):
            return
        if block is not None:
            if count == len(block.inputs):
                return
            wants = f"has the inputs {', '.join(block.inputs)} and is given {count}: list them in `from`"
        elif layer is not None and layer.merges and entry.paths is None:
            if count > 1:
                return
            wants = "joins two or more inputs and is given 1: list them in `from`"
        elif count == 1:
            return
        else:
            wants = f"takes one input, not {count}"
        self.told(INVALID_SPEC, entry.position, f"{entry.type} {wants}", Place(scope, None, entry))
        raise Unknown
