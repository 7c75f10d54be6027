"""The entry point: `token` answers before anything heavy loads, the rest goes through typer."""

import gc
import sys

_GC_THRESHOLD = 100_000
"""Allocations between collections: what start-up makes stays, and looking at it costs a tenth."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_GC_THRESHOLD)
    if sys.argv[1:2] == ["token"]:
        # mutt, msmtp and mbsync run this once a connection: typer would be most of its time.
        from provision.cli.token import main as token_main  # noqa: PLC0415

        sys.exit(token_main(sys.argv[2:]))
    from provision.cli.app import main as app_main  # noqa: PLC0415

    sys.exit(app_main(sys.argv[1:]))


if __name__ == "__main__":
    main()
