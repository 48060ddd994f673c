"""``cnnspec explain``: a page, a list of all, and what is said of a name that has none."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from cnnspec import layers
from cnnspec.cli import group
from cnnspec.errors import UsageError
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


@pytest.mark.parametrize("name", CONTAINERS)
def test_containers_have_pages_too(name: str) -> None:
    assert explain(name).output.startswith(f"# {name}\n")


def test_a_narrow_and_a_wide_terminal() -> None:
    def widest(columns: int) -> int:
        shown, _, _ = explain("max_pool2d", columns=columns).output.partition("\nExample:\n")
        return max(map(len, shown.splitlines()))

    assert widest(70) <= 70
    assert 80 < widest(200) <= 100


def test_without_a_name_every_type_is_listed() -> None:
    done = explain()
    assert done.exit_code == 0
    listed = {line.partition("  ")[0] for line in done.output.splitlines()}
    assert {"relu", "convNd", "dropout, dropoutNd", *CONTAINERS} <= listed
    families = {name for names in listed for name in names.split(", ")}
    assert {name.replace("Nd", "2d") for name in families} <= {*layers.known(), *CONTAINERS}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("conv2", "there is no layer type 'conv2': did you mean `conv2d`?"),
        ("ReLU", "there is no layer type 'ReLU': did you mean `relu`?"),
        ("branch", "there is no layer type 'branch': did you mean `branches`?"),
        ("zzz", "there is no layer type 'zzz': `cnnspec explain` lists all"),
    ],
)
def test_an_unknown_name_is_a_usage_error(name: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        explain(name)
    assert str(raised.value) == message
