"""What is no file, or cannot be read: exit code 2 and one line that says so. It is no spec, so nothing is said of one."""

import os
import socket
from pathlib import Path

import pytest


@pytest.fixture
def refused(check):
    """Run on a path that cannot be read; the one line that is said of it."""

    def refused(path):
        outcome = check(path, code=2)
        assert outcome.stdout == ""
        first, *_ = outcome.stderr.split("\n")
        return first

    return refused


def test_a_missing_file(refused, tmp_path):
    assert refused(tmp_path / "none.yaml") == f"cnnspec: {tmp_path}/none.yaml: no such file or directory"


def test_a_folder_without_specs(check, tmp_path):
    outcome = check(tmp_path, code=0)
    assert (outcome.stdout, outcome.stderr) == ("", "no specs found\n")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/full", "/dev/random", "/dev/null", "/dev/tty"])
def test_a_device(refused, device):
    assert refused(Path(device)) == f"cnnspec: {device}: is not a regular file"


def test_a_pipe_that_nobody_writes_to(refused, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == f"cnnspec: {tmp_path}/pipe: is not a regular file"


def test_a_socket(refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert refused(tmp_path / "socket") == f"cnnspec: {tmp_path}/socket: is not a regular file"


def test_a_link_to_itself(refused, tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert refused(tmp_path / "loop") == f"cnnspec: {tmp_path}/loop: too many levels of symbolic links"


def test_a_link_to_a_device(refused, tmp_path):
    (tmp_path / "link.yaml").symlink_to("/dev/zero")
    assert refused(tmp_path / "link.yaml") == f"cnnspec: {tmp_path}/link.yaml: is not a regular file"


def test_a_file_below_a_file(refused, tmp_path):
    (tmp_path / "spec.yaml").write_text("input: [1]\n")
    assert refused(tmp_path / "spec.yaml" / "more") == f"cnnspec: {tmp_path}/spec.yaml/more: not a directory"


def test_a_name_of_a_thousand_characters(refused, tmp_path):
    path = tmp_path / ("x" * 1000)
    assert refused(path) == f"cnnspec: {path}: file name too long"


def test_what_the_system_does_not_let_anyone_read(refused):
    assert refused(Path("/proc/self/mem")) == "cnnspec: /proc/self/mem: input/output error"


def test_control_characters_in_a_path(refused, tmp_path):
    assert refused(tmp_path / "a\x1b[31m\nb") == f"cnnspec: {tmp_path}/a\\x1b[31m\\x0ab: no such file or directory"


def test_standard_input_without_an_end(check):
    with Path("/dev/zero").open("rb") as zeros:
        outcome = check(Path("-"), stdin=zeros)
    assert outcome.findings == ["1:1 CNN005 the file has more than 1,048,576 bytes (1 MiB)"]


def test_standard_input_without_anything(check):
    assert check(Path("-")).findings == ["1:1 CNN001 the file is empty"]
