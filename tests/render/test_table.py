"""What a row of the table says where the layer alone would say too little."""

import cnnspec


def test_an_activation_is_called_by_its_function_too():
    spec = cnnspec.loads("input: [1, 4]\nlayers:\n  - activation: hardswish\n  - relu\n")
    rows = str(cnnspec.analyze(spec)).splitlines()
    assert [" ".join(row.split()[1:3]) for row in rows if row.startswith(("activation1", "relu1"))] == [
        "activation (hardswish)",
        "relu 1×4",
    ]
