"""Runs generated modules, each in a process of its own: started once by ``harness.py``, it imports torch, then forks.

A request is a line of JSON on standard input; what the module did is written to the file that it names, and a line is
answered: ``ok``, ``failed`` or ``timeout``.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import runpy
import signal
import sys
import time
import traceback
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

torch.set_num_threads(1)


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        sys.stdout.write(f"{_forked(request)}\n")
        sys.stdout.flush()


def _forked(request: dict[str, Any]) -> str:
    pid = os.fork()
    if pid == 0:
        _child(request)
    deadline = time.monotonic() + request["timeout"]
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return "ok" if status == 0 else "failed"
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return "timeout"
        time.sleep(0.001)


def _child(request: dict[str, Any]) -> None:
    """Do what is asked, warnings being errors, and end the process; what goes wrong is told in the log."""
    status = 1
    try:
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        warnings.simplefilter("error")
        # torch makes a copy for `same` padding of an even kernel, and says so.
        warnings.filterwarnings("ignore", message="Using padding='same' with even kernel lengths")
        if request["main"]:
            sys.argv = [request["module"]]
            runpy.run_path(request["module"], run_name="__main__")
        else:
            write = outlined if request["outline"] else recorded
            torch.save(write(request["module"], request["arguments"], request["inputs"], request["seed"]), request["record"])
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, it is told
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def network(path: str) -> type[nn.Module]:
    """The last class of the module at ``path``."""
    name = Path(path).stem
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    classes = [node.name for node in ast.parse(Path(path).read_text("utf-8")).body if isinstance(node, ast.ClassDef)]
    found: type[nn.Module] = getattr(module, classes[-1])
    return found


def outlined(path: str, arguments: dict[str, Any], shapes: list[list[int]], seed: int) -> dict[str, Any]:
    """What the network holds, and the shapes of what it computes at inference, without memory for any number."""
    with torch.device("meta"):
        net, record = _built(path, arguments)
        for name, batch in (("evaluated", 2), ("evaluated_three", 3)):
            record[name] = _run(net.eval(), [torch.empty(batch, *shape) for shape in shapes])
    return record


def recorded(path: str, arguments: dict[str, Any], shapes: list[list[int]], seed: int) -> dict[str, Any]:
    """What the network holds, and what it computes with random weights in double precision."""
    torch.manual_seed(seed)
    net, record = _built(path, arguments)
    net = net.double()
    _randomise(net)
    record["state"] = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    record["inputs"] = inputs = [2 * torch.randn(2, *shape, dtype=torch.float64) for shape in shapes]
    record["evaluated"] = _run(net.eval(), inputs)
    record["evaluated_three"] = _run(net.eval(), [torch.cat([x, x[:1]]) for x in inputs])
    # Without chance, so that there is something to compare with.
    for module in net.modules():
        if isinstance(vars(module).get("p"), int | float):
            module.p = 0.0  # type: ignore[assignment]
    record["trained"] = _run(net.train(), inputs)
    record["state_trained"] = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    return record


def _built(path: str, arguments: dict[str, Any]) -> tuple[nn.Module, dict[str, Any]]:
    """The network as it begins, and what it holds."""
    cls = network(path)
    net = cls(**arguments)
    str(net)
    return net, {
        "cls": cls.__name__,
        "initial": {name: tensor.clone() for name, tensor in net.state_dict().items()},
        "trainable": {name: parameter.requires_grad for name, parameter in net.named_parameters()},
        "attributes": {name: _plain(module) for name, module in net.named_modules()},
        "kinds": {name: type(module).__name__ for name, module in net.named_modules()},
    }


def _plain(module: nn.Module) -> dict[str, Any]:
    """Plain values that a module holds."""
    return {name: value for name, value in vars(module).items() if isinstance(value, bool | int | float | str | None)}


def _randomise(net: nn.Module) -> None:
    """Other numbers than it begins with, so that what comes out is neither very large nor very small."""
    with torch.no_grad():
        for name, tensor in net.state_dict().items():
            if not tensor.is_floating_point():
                tensor.copy_(torch.randint(1, 5, tensor.shape))
            elif name.endswith("running_var"):
                tensor.copy_(torch.rand_like(tensor) + 0.5)
            elif tensor.ndim > 1:
                tensor.copy_(torch.randn_like(tensor) * max(1, tensor[0].numel()) ** -0.5)
            else:
                tensor.copy_(torch.randn_like(tensor) * 0.5 + 0.5)


def _run(net: nn.Module, inputs: list[Tensor]) -> dict[str, Any]:
    """What the network puts out, and what each module in it did, call by call; or why norms refused the batch."""
    calls: dict[str, list[Tensor | None]] = defaultdict(list)

    def watched(name: str) -> Any:
        def hook(module: nn.Module, given: Any, output: Any) -> None:
            # What an operation in place above changes is not what the module put out.
            calls[name].append(output.detach().clone() if isinstance(output, Tensor) else None)

        return hook

    hooks = [module.register_forward_hook(watched(name)) for name, module in net.named_modules() if name]
    try:
        output = net(*[x.clone() for x in inputs])
    except ValueError as error:
        if "Expected more than 1" not in str(error):
            raise
        return {"refused": str(error)}
    finally:
        for hook in hooks:
            hook.remove()
    outputs = list(output) if isinstance(output, tuple) else [output]
    if not all(isinstance(tensor, Tensor) for tensor in outputs):
        raise TypeError(f"the network puts out neither a tensor nor a tuple of tensors: {output!r}")
    return {
        "outputs": [tensor.detach().clone() for tensor in outputs],
        "is_tuple": isinstance(output, tuple),
        "calls": dict(calls),
    }


if __name__ == "__main__":
    main()
