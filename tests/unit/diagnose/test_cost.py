"""A command that meets no error pays nothing for the catalogue."""

import subprocess
import sys


def test_importing_reads_no_data() -> None:
    program = (
        "import sys, provision.diagnose as d; from provision.diagnose.catalogue import "
        "read_entries; print('tomllib' in sys.modules, read_entries.cache_info().currsize)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["False", "0"]
