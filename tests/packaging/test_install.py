"""Every way to install finds what ships beside the code: from the folder, editable, from a wheel, and not installed at all."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import cnnspec

ROOT = Path(__file__).parents[2]
LENET = ROOT / "examples" / "lenet.yaml"


def run(*command, cwd, **environment):
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")


@pytest.fixture
def python(tmp_path):
    """The interpreter of a fresh environment that borrows this one's dependencies."""
    home = tmp_path / "env"
    venv.create(home, with_pip=False, symlinks=True)
    (site,) = home.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin" / "python"


def install(python, *what, cwd):
    run(*PIP, "--python", python, "install", "--no-deps", "--no-build-isolation", "--ignore-installed", *what, cwd=cwd)


def works(python, cwd, **environment):
    """It reports, prints its schema and an example, and says where it was imported from."""
    run(python, "-m", "cnnspec", "report", LENET, cwd=cwd, **environment)
    assert "61,706" in (cwd / "lenet.report.html").read_text("utf-8")
    schema = run(python, "-m", "cnnspec", "schema", cwd=cwd, **environment)
    assert schema == (ROOT / "schemas" / "spec.schema.json").read_text("utf-8")
    assert run(python, "-m", "cnnspec", "examples", "lenet", cwd=cwd, **environment) == LENET.read_text("utf-8")
    run(python, "-m", "cnnspec", "new", "mine", "--from", "lenet", cwd=cwd, **environment)
    assert (cwd / "mine.yaml").read_text("utf-8") == LENET.read_text("utf-8").replace("name: LeNet-5", "name: mine")
    return Path(run(python, "-c", "import cnnspec; print(cnnspec.__file__)", cwd=cwd, **environment).strip())


def test_the_folder(python, tmp_path):
    install(python, ROOT, cwd=tmp_path)
    assert works(python, tmp_path).is_relative_to(python.parents[1])
    assert run(python.parent / "cnnspec", "--version", cwd=tmp_path) == f"cnnspec {cnnspec.__version__}\n"


def test_editable(python, tmp_path):
    install(python, "-e", ROOT, cwd=tmp_path)
    assert works(python, tmp_path) == ROOT / "cnnspec" / "__init__.py"


def test_a_wheel(python, wheel, tmp_path):
    install(python, wheel, cwd=tmp_path)
    assert works(python, tmp_path).is_relative_to(python.parents[1])


def test_a_checkout_that_is_not_installed(python, tmp_path):
    assert works(python, tmp_path, PYTHONPATH=str(ROOT)) == ROOT / "cnnspec" / "__init__.py"


def test_what_a_wheel_holds(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {name for name in names if not name.startswith("cnnspec-")}
    assert all(name.startswith("cnnspec/") for name in package)
    assert {"cnnspec/py.typed", "cnnspec/schemas/spec.schema.json", "cnnspec/schemas/result.schema.json"} <= names
    for folder in ("examples", "schemas", "templates"):
        files = (path for path in (ROOT / folder).rglob("[!.]*") if path.is_file() and path.suffix != ".pyc")
        shipped = {f"cnnspec/{path.relative_to(ROOT).as_posix()}" for path in files}
        assert {name for name in names if name.startswith(f"cnnspec/{folder}/")} == shipped
    assert any(name.endswith("licenses/LICENSE") for name in names)
