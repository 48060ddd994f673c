"""What the tests of ``check``'s forms share: specs as they are checked, of every severity and with names that mean no good."""

import cnnspec
from cnnspec.language.checker import parse
from cnnspec.render.checked import Checked
from cnnspec.rules.selection import Selection, chosen

HEAD = "input: [1, 7, 7]\nlayers:\n"
# (7 - 3)/3 + 1 = 2.33 loses a row; a kernel of 1 skips with its stride of 2 on purpose: (8 - 1)/2 + 1 = 4.5.
LOST = HEAD + "  - conv2d: {name: c1, out_channels: 2, kernel_size: 3, stride: 3}\n"
SKIPPED = HEAD.replace("7", "8") + "  - conv2d: {name: c1, out_channels: 2, kernel_size: 1, stride: 2}\n"
WARNED = "lint: {warning: [CNN101]}\n" + LOST
EXPECTED = LOST.replace("}", ", expect: {findings: [CNN101]}}")
CLEAN = HEAD + "  - relu\n"
REFUSED = HEAD + '  - "re\\e[31m\\n::error::]]>%0A\\u202e\\U0001f4a5lu"\n'


def checked(text, name="net.yaml", threshold="error", trusts_spec=True):
    """A spec with what CNN101 and the language say of it."""
    spec = parse(text, name)
    selection = Selection(chosen(["CNN101"]), trusts_spec=trusts_spec)
    return Checked(spec.source, cnnspec.analyze(spec, selection=selection).findings, threshold)
