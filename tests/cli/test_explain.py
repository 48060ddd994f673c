"""``cnnspec explain``: a page of a layer type or a rule, a list of all, and what is said of a name that has none."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from cnnspec import layers, rules
from cnnspec.cli import group
from cnnspec.errors import LANGUAGE, UsageError
from cnnspec.language.signature import CONTAINERS


def explain(*arguments: str, columns: int = 80) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(group, ["explain", *arguments], catch_exceptions=False)


def test_a_page() -> None:
    done = explain("elu")
    assert done.exit_code == 0
    assert done.output == (
        "# elu\n"
        "\n"
        "A rectifier with an exponential tail: `x if x > 0 else alpha*(exp(x) - 1)`.\n"
        "\n"
        "Options, the main one first:\n"
        "\n"
        "  alpha    1.0    a number\n"
        "  inplace  false  true or false\n"
        "\n"
        "Every entry also takes `name`, `from`, `repeat`, `when`, `training_only`,\n"
        "`share`, `trainable`, `ignore`, `expect`, `note`.\n"
        "\n"
        "Shape            the input's.\n"
        "Params           none.\n"
        "Flops            4 an element: a comparison, exp, a difference, a product.\n"
        "Receptive field  each unit sees what the one below it sees.\n"
        "Source           `torch.nn.ELU`; Clevert et al., Fast and accurate deep network\n"
        "                 learning by exponential linear units (2015).\n"
        "\n"
        "Example:\n"
        "\n"
        "  input: [16, 8, 8]\n"
        "  layers:\n"
        "    - elu: {expect: {flops: 4096}}\n"
    )


@pytest.mark.parametrize("name", ["conv2d", "conv", "convNd"])
def test_a_family_has_one_page(name: str) -> None:
    assert explain(name).output.startswith("# conv1d, conv2d, conv3d\n")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Conv2d", "conv2d"),
        ("Conv", "conv"),
        ("convnd", "convNd"),
        ("Linear", "linear"),
        ("ReLU", "relu"),
        ("MaxPool2d", "max_pool2d"),
        ("layer-norm", "layer_norm"),
        ("Sequential", "sequential"),
        ("even_kernel", "even-kernel"),
        ("Even-Kernel", "even-kernel"),
        ("invalid_spec", "invalid-spec"),
        ("cnn101", "CNN101"),
    ],
)
def test_case_and_dashes_do_not_matter(name: str, written: str) -> None:
    shown, meant = explain(name), explain(written)
    assert shown.exit_code == meant.exit_code == 0
    assert shown.output == meant.output


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_have_pages_too(name: str) -> None:
    assert explain(name).output.startswith(f"# {name}\n")


def test_a_narrow_and_a_wide_terminal() -> None:
    def widest(columns: int) -> int:
        shown, _, _ = explain("max_pool2d", columns=columns).output.partition("\nExample:\n")
        return max(map(len, shown.splitlines()))

    assert widest(70) <= 70
    assert 80 < widest(200) <= 100


def test_a_rule_is_explained() -> None:
    done = explain("window-too-large")
    assert done.exit_code == 0
    assert done.output == (
        "# CNN102 window-too-large\n"
        "\n"
        "The kernel reaches beyond the padded input.\n"
        "\n"
        "Severity    error, always told: figures cannot be known.\n"
        "Why         no window fits, so nothing would come out; PyTorch refuses it, when\n"
        "            the network runs.\n"
        "Arithmetic  `floor((n + p0 + p1 - d*(k - 1) - 1)/s) + 1 < 1`. Below, 4 - 5 + 1 =\n"
        "            0.\n"
        "Source      Dumoulin and Visin, A guide to convolution arithmetic for deep\n"
        "            learning (2016), relationship 6.\n"
        "\n"
        "Bad:\n"
        "\n"
        "  input: [3, 4, 4]\n"
        "  layers:\n"
        "    - conv2d: {out_channels: 8, kernel_size: 5}\n"
        "\n"
        "Good:\n"
        "\n"
        "  input: [3, 4, 4]\n"
        "  layers:\n"
        "    - conv2d: {out_channels: 8, kernel_size: 4}\n"
    )


@pytest.mark.parametrize("known", [*LANGUAGE, *rules.known().values()], ids=lambda known: known.code)
def test_a_rule_or_an_error_is_called_by_name_and_by_code(known) -> None:
    name = getattr(known, "rule", None) or known.name
    shown = explain(name).output
    assert shown.startswith(f"# {known.code} {name}\n\n")
    assert explain(known.code).output == explain(known.code.lower()).output == shown


def test_without_a_name_every_rule_is_listed() -> None:
    _, _, listed = explain().output.partition("\n\n")
    shown = [line.split(maxsplit=3) for line in listed.splitlines()]
    known = [(kind.code, kind.rule, "error") for kind in LANGUAGE]
    known += [(rule.code, rule.name, rule.severity) for rule in rules.known().values()]
    assert [(code, name, severity) for code, name, severity, _ in shown] == known
    for _, name, _, summary in shown:
        assert "".join(summary.split()) in "".join(explain(name).output.split())


def test_without_a_name_every_type_is_listed() -> None:
    done = explain()
    assert done.exit_code == 0
    types, _, _ = done.output.partition("\n\n")
    listed = {line.partition("  ")[0] for line in types.splitlines()}
    assert {"relu", "convNd", "dropout, dropoutNd", *CONTAINERS} <= listed
    families = {name for names in listed for name in names.split(", ")}
    assert {name.replace("Nd", "2d") for name in families} <= {*layers.known(), *CONTAINERS}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("conv2", "there is no layer type and no rule 'conv2': did you mean `conv2d`?"),
        ("ReLUs", "there is no layer type and no rule 'ReLUs': did you mean `relu`?"),
        ("dense", "there is no layer type and no rule 'dense': did you mean `linear`?"),
        ("branch", "there is no layer type and no rule 'branch': did you mean `branches`?"),
        ("Linear-Stacks", "there is no layer type and no rule 'Linear-Stacks': did you mean `linear-stack`?"),
        ("fractional_strid", "there is no layer type and no rule 'fractional_strid': did you mean `fractional-stride`?"),
        ("CNN1011", "there is no layer type and no rule 'CNN1011': did you mean `CNN101`?"),
        # A module among the rules that holds none.
        ("suppressions", "there is no layer type and no rule 'suppressions': did you mean `unused-suppression`?"),
        ("zzz", "there is no layer type and no rule 'zzz': `cnnspec explain` lists all"),
    ],
)
def test_an_unknown_name_is_a_usage_error(name: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        explain(name)
    assert str(raised.value) == message
