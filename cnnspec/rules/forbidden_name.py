"""Names that a PyTorch module has for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnnspec.analysis.analysis import Analysis, Layer, Scope
from cnnspec.errors import Finding, Fix, used
from cnnspec.language.spec import Block
from cnnspec.override import override
from cnnspec.rules.rule import Rule

_MODULE = """
    T_destination _apply _backward_hooks _backward_pre_hooks _buffers _call_impl _compiled_call_impl _forward_hooks
    _forward_hooks_always_called _forward_hooks_with_kwargs _forward_pre_hooks _forward_pre_hooks_with_kwargs
    _get_backward_hooks _get_backward_pre_hooks _get_name _is_full_backward_hook _load_from_state_dict
    _load_state_dict_post_hooks _load_state_dict_pre_hooks _maybe_warn_non_full_backward_hook _modules _named_members
    _non_persistent_buffers_set _parameters _register_load_state_dict_pre_hook _register_state_dict_hook
    _replicate_for_data_parallel _save_to_state_dict _slow_forward _state_dict_hooks _state_dict_pre_hooks _version
    _wrapped_call_impl add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches
    eval extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict
    modules mtia named_buffers named_children named_modules named_parameters parameters register_backward_hook
    register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook
    register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
"""
MODULE = frozenset(_MODULE.split())
"""The attributes of a ``torch.nn.Module``, less those that begin with ``__``, which the language refuses."""
SEQUENTIAL = frozenset(("_get_item_by_idx", "append", "extend", "insert", "pop"))
"""What a ``torch.nn.Sequential`` has beside them."""


class ForbiddenName(Rule):
    """A name belongs to torch.nn.Module, or to Python: no layer can bear it.

    In a ``sequential`` those of ``torch.nn.Sequential`` are taken too: ``append``, ``extend``, ``insert``, ``pop``.
    No layer, input or parameter is called ``self``. Keywords of Python are no names anywhere in the language.

    Why: layers become attributes of a module. One called ``forward`` or ``to`` is hidden behind the method of that name,
    and ``training`` breaks ``train()`` and ``eval()``; ``add_module`` refuses all of them.

    Bad:
        input: [3, 32, 32]
        layers:
          - conv2d: {name: half, out_channels: 8, kernel_size: 3}

    Good:
        input: [3, 32, 32]
        layers:
          - conv2d: {name: half_size, out_channels: 8, kernel_size: 3}

    Source: ``torch.nn.Module.add_module``.
    """

    code = "CNN107"
    name = "forbidden-name"
    tells_once = True

    @override
    def check(self, analysis: Analysis) -> Iterator[Finding]:
        spec = analysis.graph.spec
        if "self" in spec.inputs:
            yield self.finding(spec.inputs["self"].position, None, _taken("an input", "self", "Python"), "another name")
        for block in spec.blocks.values():
            for kind, names in (("an input", block.inputs), ("a parameter", tuple(block.params))):
                if "self" in names:
                    what = f"block `{block.name}`: {_taken(kind, 'self', 'Python')}"
                    yield self.finding(block.position, None, what, "another name")
        yield from self._of_scope(analysis.root, analysis.graph.spec.blocks)

    def _of_scope(self, scope: Scope, blocks: Mapping[str, Block]) -> Iterator[Finding]:
        siblings = {_own(child) for child in scope.children}
        numbered = _is_numbered(scope, blocks)
        for child in scope.children:
            name = _own(child)
            owner = _owner(name, numbered)
            if owner:
                yield self._told(child, name, owner, siblings)
            if isinstance(child, Scope):
                yield from self._of_scope(child, blocks)

    def _told(self, child: Layer | Scope, name: str, owner: str, siblings: set[str]) -> Finding:
        entry = child.scope.entry if isinstance(child, Scope) else child.node.entry
        assert entry is not None, "only the whole has no entry, and no name"
        position = entry.position if entry.name is None else entry.name.position
        uses = () if isinstance(child, Scope) else child.node.uses
        other = f"{name}_"
        while other in siblings:
            other += "_"
        message = _taken("a layer", name, owner) + used(uses)
        return self.finding(position, child.name, message, f"another name, such as `{other}`", (Fix("name", other),))


def _own(child: Layer | Scope) -> str:
    return child.name.rpartition(".")[2]


def _owner(name: str, numbered: bool) -> str:
    """Whose word a name is; empty where it is free."""
    if name in MODULE:
        return "torch.nn.Module"
    if numbered and name in SEQUENTIAL:
        return "torch.nn.Sequential"
    return "Python" if name == "self" else ""


def _taken(what: str, name: str, owner: str) -> str:
    return f"{what} cannot be called `{name}`, which is a word of {owner}"


def _is_numbered(scope: Scope, blocks: Mapping[str, Block]) -> bool:
    """Whether what is in a scope stands in a ``torch.nn.Sequential``."""
    entry = scope.scope.entry
    if entry is None or scope.scope.copies is not None:
        return entry is not None
    body = blocks[entry.type].body if entry.type in blocks else entry.body
    return body is not None and body.kind == "sequential"
