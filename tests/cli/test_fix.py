"""``check --fix`` and ``--diff``: what is written, what is not, and why."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAD = "cnnspec: 1\ninput: [3, 32, 32]  # RGB\nlayers:\n"
NET = (
    HEAD + "  - conv2d: {out_channels: 8, kernel_size: 3}  # the stem\n  - batch_norm2d\n  - relu  # cnnspec: ignore[CNN201]\n"
)
FIXED = HEAD + "  - conv2d: {out_channels: 8, kernel_size: 3, bias: false}  # the stem\n  - batch_norm2d\n  - relu\n"
COUNTED = "fixed 2 findings in 1 spec\nno findings in 1 spec\n"


@pytest.fixture
def check(tmp_path):
    def check(*arguments, stdin=b""):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "cnnspec", "check", *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, env=environment, input=stdin, capture_output=True, check=False)

    return check


@pytest.fixture
def net(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_bytes(NET.encode())
    return path


def test_without_it_nothing_is_written_and_the_summary_tells_of_it(check, net):
    done = check("net.yaml")
    assert done.stderr == b"1 warning, 1 note in 1 spec (2 fixable with --fix)\n"
    assert net.read_bytes() == NET.encode()


def test_fix(check, net):
    done = check("--fix", "net.yaml")
    assert (done.returncode, done.stdout, done.stderr.decode()) == (0, b"", COUNTED)
    assert net.read_text("utf-8") == FIXED


def test_fixing_again_changes_nothing_not_even_the_file(check, net):
    check("--fix", "net.yaml")
    before = net.stat()
    done = check("--fix", "net.yaml")
    assert (done.returncode, done.stderr) == (0, b"no findings in 1 spec\n")
    assert (net.stat().st_ino, net.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_remains_is_told_at_its_new_place(check, net):
    net.write_text("# cnnspec: ignore[CNN201]\n" + NET + "budget: {params: 100}\n")
    done = check("--fix", "--format", "concise", "net.yaml")
    # 3·3·3·8 = 216 weights, and 2·8 = 16 of the norm; the comment's line, the first of eight, is gone.
    assert done.stdout.startswith(b"net.yaml:7:18: CNN108 error: ")
    assert b"232" in done.stdout
    assert (done.returncode, done.stderr) == (1, b"fixed 3 findings in 1 spec\n1 error in 1 spec\n")
    assert net.read_text("utf-8") == FIXED + "budget: {params: 100}\n"


def test_only_what_is_selected_is_fixed(check, net):
    done = check("--fix", "--select", "unused-suppression,even-kernel", "net.yaml")
    assert done.stderr == b"fixed 1 finding in 1 spec\nno findings in 1 spec\n"
    assert net.read_text("utf-8") == NET.replace("  # cnnspec: ignore[CNN201]", "")


def test_what_is_silenced_is_not_fixed(check, net):
    silenced = NET.replace("# the stem", "# cnnspec: ignore[CNN203] as trained")
    net.write_text(silenced)
    check("--fix", "net.yaml")
    assert net.read_text("utf-8") == silenced.replace("  # cnnspec: ignore[CNN201]", "")


def test_diff_writes_nothing_and_patch_takes_it(check, net, tmp_path):
    done = check("--diff", "net.yaml")
    assert (done.returncode, done.stderr) == (1, b"would fix 2 findings in 1 spec\n")
    assert net.read_text("utf-8") == NET
    assert done.stdout.decode().splitlines()[:3] == ["--- net.yaml", "+++ net.yaml", "@@ -1,6 +1,6 @@"]
    assert b"-  - relu  # cnnspec: ignore[CNN201]\n+  - relu\n" in done.stdout
    applied(done.stdout, tmp_path)
    assert net.read_text("utf-8") == FIXED


def applied(diff, folder):
    subprocess.run(["git", "apply", "-p0", "-"], cwd=folder, input=diff, check=True, capture_output=True)


def test_diff_is_silent_where_nothing_would_change(check, net):
    net.write_text(FIXED)
    done = check("--diff", "net.yaml")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_diff_exits_with_0_where_that_is_asked_for(check, net):
    assert check("--diff", "--exit-zero", "net.yaml").returncode == 0


def test_diff_wins_over_fix(check, net):
    assert check("--fix", "--diff", "net.yaml").returncode == 1
    assert net.read_text("utf-8") == NET


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_the_byte_order_mark_stay(check, net, tmp_path, ends, mark, last):
    def written(text):
        return mark + (text if last else text.rstrip("\n")).replace("\n", ends).encode()

    net.write_bytes(written(NET))
    diff = check("--diff", "net.yaml").stdout
    assert check("--fix", "net.yaml").stderr.decode() == COUNTED
    assert net.read_bytes() == written(FIXED)
    net.write_bytes(written(NET))
    applied(diff, tmp_path)
    assert net.read_bytes() == written(FIXED)


# -- standard input -----------------------------------------------------------------------------------------------


def test_standard_input_is_printed_fixed(check):
    done = check("--fix", "-", stdin=NET.encode())
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (0, FIXED, COUNTED)


def test_its_findings_go_to_standard_error(check):
    even = NET.replace("kernel_size: 3", "kernel_size: 4").encode()
    done = check("--fix", "--format", "concise", "-", stdin=even)
    assert done.stdout.decode() == FIXED.replace("kernel_size: 3", "kernel_size: 4")
    assert done.stderr.startswith(b"fixed 2 findings in 1 spec\n<stdin>:4:5: CNN201 warning: conv1: ")


@pytest.mark.parametrize(
    "data",
    [
        FIXED.encode(),
        b"services: {web: {image: nginx}}\n",
        b"\xff\xfe not UTF-8",
        b"",
        b"cnnspec: 1\n" + b"#" * 3_000_000,
        (HEAD + "  - conv2d: [\n").encode(),
    ],
    ids=["clean", "no spec", "not text", "empty", "too large", "not YAML"],
)
@pytest.mark.parametrize("flags", [(), ("--only-specs",)])
def test_standard_input_is_never_lost(check, data, flags):
    assert check("--fix", *flags, "-", stdin=data).stdout == data


def test_diff_of_standard_input(check):
    done = check("--diff", "-", stdin=NET.encode())
    assert done.returncode == 1
    assert done.stdout.startswith(b"--- <stdin>\n+++ <stdin>\n")


# -- files --------------------------------------------------------------------------------------------------------


def test_permissions_stay_and_nothing_is_left_beside_it(check, net, tmp_path):
    net.chmod(0o640)
    check("--fix", "net.yaml")
    assert stat.S_IMODE(net.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]


def test_a_link_stays_a_link(check, net, tmp_path):
    (tmp_path / "models").mkdir()
    target = net.rename(tmp_path / "models" / "real.yaml")
    net.symlink_to(Path("models", "real.yaml"))
    assert check("--fix", "net.yaml").stderr.decode() == COUNTED
    assert net.is_symlink()
    assert target.read_text("utf-8") == FIXED


@pytest.mark.parametrize("flag", ["--fix", "--diff"])
def test_no_link_out_of_a_folder_is_followed_unless_it_is_named(check, net, tmp_path, flag):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "link.yaml").symlink_to(net)
    done = check(flag, "models")
    assert done.returncode == 2
    told = f"cnnspec: models/link.yaml is a link to {net.resolve()}, which is not in models: it is left as it is\n"
    assert done.stderr.decode().startswith(told)
    assert b"---" not in done.stdout
    assert net.read_text("utf-8") == NET
    assert b" 2 findings in 1 spec\n" in check(flag, "models/link.yaml").stderr


def test_links_inside_of_a_folder_are_followed_and_so_is_one_to_it(check, net, tmp_path):
    (tmp_path / "models" / "real").mkdir(parents=True)
    target = net.rename(tmp_path / "models" / "real" / "net.yml")
    (tmp_path / "models" / "link.yaml").symlink_to(target)
    (tmp_path / "zoo").symlink_to(tmp_path / "models")
    assert b"fixed 2 findings in 1 spec\n" in check("--fix", "zoo").stderr
    assert target.read_text("utf-8") == FIXED


def test_a_folder_s_specs_are_fixed_and_other_yaml_is_not_touched(check, net, tmp_path):
    (tmp_path / "compose.yaml").write_text(other := "services: {web: {image: nginx}}  # cnnspec: ignore[CNN201]\n")
    (tmp_path / "second.yaml").write_text(NET)
    assert check("--fix", ".").stderr == b"fixed 4 findings in 2 specs\nno findings in 2 specs\n"
    assert (tmp_path / "compose.yaml").read_text() == other


def test_a_file_that_may_not_be_written_is_left_and_told(net, monkeypatch, capsys):
    from cnnspec.cli.check import command

    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)  # who is root may write any file
    with pytest.raises(SystemExit) as exit:
        command.main(["--fix", str(net)], standalone_mode=False)
    assert exit.value.code == 2
    told = capsys.readouterr()
    assert told.err == f"cnnspec: {net} cannot be written: permission denied\n1 warning, 1 note in 1 spec\n"
    assert "CNN203" in told.out
    assert net.read_text("utf-8") == NET


def test_a_file_that_changed_meanwhile_is_left_and_told(net, monkeypatch, capsys):
    from cnnspec import api
    from cnnspec.cli.check import command

    read = api.content

    def then_changed(name):
        data = read(name)
        net.write_text(NET + "# saved in an editor\n")
        return data

    monkeypatch.setattr(api, "content", then_changed)
    with pytest.raises(SystemExit) as exit:
        command.main(["--fix", str(net)], standalone_mode=False)
    assert exit.value.code == 2
    assert "changed while it was checked: it is left as it is" in capsys.readouterr().err
    assert net.read_text() == NET + "# saved in an editor\n"


def test_a_write_that_fails_leaves_the_file_and_nothing_beside_it(net, tmp_path, monkeypatch):
    from cnnspec.cli import _fix
    from cnnspec.errors import UsageError

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="cannot be written: no space left on device"):
        _fix._replace(net, NET.encode(), FIXED.encode())
    assert net.read_text("utf-8") == NET
    assert [path.name for path in tmp_path.iterdir()] == ["net.yaml"]


def test_nothing_heavy_is_imported_to_fix_or_to_show(net):
    code = """import sys
from cnnspec.cli import group
try:
    group.main(["check", *sys.argv[1:]])
except SystemExit:
    print(*sorted(sys.modules), file=sys.stderr)"""
    for flag in ("--diff", "--fix"):
        command = [sys.executable, "-c", code, flag, str(net)]
        done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
        assert "2 findings" in done.stderr
        assert set(done.stderr.splitlines()[-1].split()).isdisjoint(("networkx", "jinja2", "rich", "pydantic"))


# -- what is not fixed --------------------------------------------------------------------------------------------


def test_nothing_is_fixed_while_figures_are_unknown(check, net):
    net.write_text(broken := NET + "  - conv2d: {name: c, out_channels: 8, kernel_size: 64}\n")
    done = check("--fix", "net.yaml")
    assert done.returncode == 1
    assert net.read_text("utf-8") == broken
    first, _ = done.stderr.decode().split("\n", 1)
    assert first.startswith("net.yaml:7:5: nothing is fixed in this spec before this: CNN102 error: c: kernel 64 does not fit")


def test_nothing_is_fixed_that_breaks_what_the_file_expects(check, net):
    # 3·3·3·8 = 216 weights and a bias of 8, and 2·8 = 16 of the norm: without the bias there are 232.
    net.write_text(expecting := NET + "expect: {params: 240}\n")
    done = check("--fix", "net.yaml")
    assert net.read_text("utf-8") == expecting.replace("  # cnnspec: ignore[CNN201]", "")
    told = done.stderr.decode()
    assert "is not fixed, as this would be told then: CNN109 error: params is 232, not 240 as expected\n" in told
    assert told.endswith("fixed 1 finding in 1 spec\n1 warning in 1 spec\n")


def test_what_was_not_tried_is_told(check, net):
    # So long a text is tried 20 times: with each of 16 edits, and with their halves, it would be 31 times.
    layers = "  - conv2d: {out_channels: 3, kernel_size: 1}\n  - batch_norm2d\n  - relu\n" * 16
    net.write_text(HEAD + layers + f"expect: {{params: {16 * 18}}}  #{' ' * 40_000}\n")
    told = check("--fix", "net.yaml").stderr.decode()
    assert "CNN203 is not fixed, as this would be told then: CNN109 error: params is 285, not 288 as expected\n" in told
    assert "CNN203 is not fixed: not tried, after too many that do harm\n" in told


def test_other_variables_and_inputs_are_not_what_is_written(check, net):
    for change in (["--set", "a=1"], ["--input", "3x64x64"]):
        for flag in ("--fix", "--diff"):
            done = check(flag, *change, "net.yaml")
            assert done.returncode == 2
            assert b"leave out --set and --input" in done.stderr
