"""Run a command with at most 1 GiB of addresses, and write the most KiB that it held at once to a file.

A process' peak counts what its parent held when it was forked, so a test's own process, which may be large,
cannot be the parent: this small one is.
"""

import os
import resource
import sys
from pathlib import Path

if __name__ == "__main__":
    report, *command = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    Path(report).write_text(str(usage.ru_maxrss))
    sys.exit(os.waitstatus_to_exitcode(status) % 256)
