"""Generated code is looked at before it is handed out: whatever is put in it, or changed in it, is refused."""

import pytest

import cnnspec
from cnnspec.codegen.shipped import shipped
from cnnspec.codegen.verify import Unsound, verify
from cnnspec.graph.elaborate import elaborate

SPEC = """
name: residual
input: [3, 8, 8]
vars: {classes: 5, kind: plain, wide: false}
blocks:
  basic:
    params: {planes: null, act: relu, deep: false}
    layers:
      - conv2d: {name: conv1, out_channels: planes, kernel_size: 3, padding: 1, padding_mode: reflect}
      - batch_norm2d: {name: bn1, trainable: false}
      - activation: act
      - conv2d: {name: conv2, out_channels: planes, kernel_size: 1, when: deep}
      - sequential:
          name: shortcut
          from: input
          when: in_channels != planes and kind == 'plain'
          layers: [conv2d: {out_channels: planes, kernel_size: 1}, batch_norm2d]
      - add: [conv2, shortcut]
  pair_of:
    params: {width: null}
    inline:
      - conv2d: {out_channels: width, kernel_size: 1}
      - relu
layers:
  - basic: {name: layer1, planes: 4}
  - basic: {name: layer2, planes: 6, act: tanh, repeat: 2, deep: wide}
  - conv2d: {name: "step{index}", out_channels: 6 + index, kernel_size: 1, repeat: 2}
  - sequential: {name: tail, layers: [pair_of: {width: 6, repeat: 2}, pair_of: {width: "make_divisible(classes * 2, 8)"}]}
  - crop: 4
  - flatten
  - linear: {name: fc, out_features: classes}
"""


@pytest.fixture(scope="module")
def spec():
    return cnnspec.loads(SPEC)


@pytest.fixture(scope="module")
def text(spec):
    return cnnspec.generate(spec, with_main=True)


@pytest.fixture(scope="module")
def graphs(spec):
    """The network, and the one with what is left out."""
    return [elaborate(spec), elaborate(cnnspec.api.with_vars(spec, {"wide": True}))]


def test_what_is_generated_is_let_through(text, graphs):
    verify(text, graphs)


FIRST = "        super().__init__()\n"
CHANGES = {
    # What Python does on import.
    "an import": ("from torch import", "import os\nfrom torch import"),
    "an import of more": ("import torch\n", "import torch, os\n"),
    "an import of another": ("Iterator\n\nimport", "Iterator, Mapping\n\nimport"),
    "an import under another name": ("import torch\n", "import os as torch\n"),
    "an import from elsewhere": ("from torch import", "from .torch import"),
    "an import in a function": (FIRST, f"{FIRST}        import os\n"),
    "a call in the module": ("\n\n\nclass Basic", "\n\nprint(1)\n\n\nclass Basic"),
    "a string in the module": ("\n\n\nclass Basic", "\n\n'text'\n\n\nclass Basic"),
    "a class of another kind": ("class Basic(nn.Module)", "class Basic(nn.Linear)"),
    "a class with more bases": ("class Basic(nn.Module)", "class Basic(nn.Module, print)"),
    "a class with a metaclass": ("class Basic(nn.Module)", "class Basic(nn.Module, metaclass=type)"),
    "a decorator": ("class Basic", "@print\nclass Basic"),
    "a decorator of a method": ("    def forward", "    @print\n    def forward"),
    "another method": ("    def forward", "    def __reduce__(self):\n        return 1\n\n    def forward"),
    "a name in a class": ("    def forward", "    hooks = 1\n\n    def forward"),
    "a second definition": ("\n\n\nclass Basic", "\n\n\ndef pair_of():\n    return 1\n\n\nclass Basic"),
    "another program": ('if __name__ == "__main__"', 'if __name__ != "__main__"'),
    # What it calls.
    "eval": ("self.fc = nn.Linear(", "self.fc = eval("),
    "open": (FIRST, f"{FIRST}        open('x')\n"),
    "an import by call": (FIRST, f"{FIRST}        __import__('os')\n"),
    "another function of torch's": ("self.fc = nn.Linear(", "self.fc = torch.load("),
    "another module of torch's": ("self.fc = nn.Linear(", "self.fc = nn.Bilinear("),
    "a function further in": ("self.fc = nn.Linear(", "self.fc = torch.hub.load("),
    "another method of a tensor": (".requires_grad_(", ".register_hook("),
    "what a call gives": ("self.fc = nn.Linear(", "self.fc = nn.Linear(4, 4)("),
    "a variable": ("self.fc = nn.Linear(", "self.fc = classes("),
    "a text": ("self.fc = nn.Linear(", "self.fc = 'x'("),
    "a function of ours with more in it": ("    x = x.narrow(", "    eval('x'); x = x.narrow("),
    "spread arguments": ("self.fc = nn.Linear(", "self.fc = nn.Linear(**locals, "),
    # What it names.
    "an unknown name": (", classes)", ", quantity)"),
    "a dunder": (FIRST, f"{FIRST}        self.fc = __file__\n"),
    "the class": ("self.fc = nn.Linear(", "self.fc = self.__class__("),
    "the class of a number": ("self.fc = nn.Linear(", "self.fc = (4).__class__("),
    "another start": (FIRST, "        super().__new__()\n"),
    "the start of another": (FIRST, "        self.__init__()\n"),
    "a renamed layer": ("self.conv1 = ", "self.conv9 = "),
    "a renamed call": ("self.conv1(", "self.conv9("),
    "a hidden attribute": ("self.conv1 = ", "self._modules = "),
    "a layer of another": ("self.conv1 = ", "planes.eval.data = "),
    "an attribute of torch's": (", classes)", ", torch.backends)"),
    "an added layer": ('f"step{index}"', '"pets"'),
    "an added layer with a hole": ('f"step{index}"', 'f"stop{index}"'),
    "a hole with a call": ('f"step{index}"', 'f"step{eval}"'),
    "another word": ('"reflect"', '"reflecting"'),
    "bytes": ('"reflect"', 'b"reflect"'),
    # What it is made of.
    "a lambda": ("self.fc = nn.Linear(", "self.fc = nn.Linear((lambda: 1)(), "),
    "a walrus": ("self.fc = nn.Linear(", "self.fc = nn.Linear((y := 4), "),
    "a comprehension of a set": ("self.fc = nn.Linear(", "self.fc = nn.Linear({x for x in (1,)}, "),
    "a loop without an end": (FIRST, f"{FIRST}        while True:\n            super().__init__()\n"),
    "a global": (FIRST, f"{FIRST}        global nn\n"),
    "a deletion": (FIRST, f"{FIRST}        del self\n"),
    "an assertion that fails": (FIRST, f"{FIRST}        raise ValueError\n"),
    "a try": (
        FIRST,
        f"{FIRST}        try:\n            super().__init__()\n        finally:\n            super().__init__()\n",
    ),
    "a function in a function": (FIRST, f"{FIRST}        def more():\n            return 1\n"),
    "a class in a function": (FIRST, f"{FIRST}        class More:\n            pass\n"),
    "an asynchronous function": ("    def forward", "    async def forward"),
    "parameters without an end": ("def pair_of(", "def pair_of(*args, "),
    "a lone name": (FIRST, f"{FIRST}        self\n"),
    "a text for itself": (FIRST, f"{FIRST}        'conv1'\n"),
    "two statements for one": ("        self.fc = ", "        self.fc = classes.x = "),
    # How it is read.
    "an encoding": ("# Generated", "# coding: utf-7 Generated"),
    "an encoding that is none": ("# Generated", "# coding: nothing Generated"),
    "a zero": ("residual", "resi\0dual"),
    "half a character": ("residual", "resi\ud800dual"),
}


@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_what_is_changed_is_refused(text, graphs, before, after):
    assert before in text
    with pytest.raises((Unsound, SyntaxError, ValueError)):
        verify(text.replace(before, after, 1), graphs)


def test_a_change_in_the_program_is_refused(text, graphs):
    module, _, program = text.partition('\nif __name__ == "__main__":\n')
    for before, after in (
        ("print(network)", "eval(network)"),
        ("torch.rand(", "torch.load("),
        ("    print", "    import os\n    print"),
    ):
        assert before in program
        with pytest.raises(Unsound):
            verify(f'{module}\nif __name__ == "__main__":\n{program.replace(before, after, 1)}', graphs)


def test_what_is_refused_is_told_with_its_line(text, graphs):
    line = text[: text.index("self.conv1 = ")].count("\n") + 1
    with pytest.raises(Unsound, match=f"^line {line} of the generated code holds .self.conv9 = "):
        verify(text.replace("self.conv1 = ", "self.conv9 = ", 1), graphs)


def test_another_network_is_refused(text):
    other = cnnspec.loads(SPEC.replace("conv1", "first"))
    with pytest.raises(Unsound, match="conv1"):
        verify(text, [elaborate(other)])


@pytest.mark.parametrize("name", shipped())
def test_what_ships_is_let_through_as_it_is(name, graphs):
    imports = "import torch\nfrom torch import Tensor, nn\nfrom torch.nn import functional as F\n\n\n"
    verify(imports + shipped()[name] + "\n", graphs)
    with pytest.raises(Unsound):
        verify(imports + shipped()[name] + "\n    print()\n", graphs)


def test_nothing_is_handed_out_that_is_refused(spec, monkeypatch):
    monkeypatch.setattr("cnnspec.codegen.layout.definition", lambda found: f"class {found.name}:\n    import os")
    with pytest.raises(Unsound):
        cnnspec.generate(spec)
