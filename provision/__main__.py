"""The entry point: `token` answers before anything heavy loads, the rest goes through typer."""

import gc
import sys

_STAYING = ("sandbox", "refresh")
_BRIEF_THRESHOLD, _STAYING_THRESHOLD = 2_000_000, 100_000
"""Allocations between collections. What starting makes is kept, and looking at it costs a twentieth
of a run; a command is over before there is garbage, unless it may stay for months.
"""


def main() -> None:
    """Run the command line and exit with its code."""
    stays = sys.argv[1:2] and sys.argv[1] in _STAYING
    gc.set_threshold(_STAYING_THRESHOLD if stays else _BRIEF_THRESHOLD)
    if sys.argv[1:2] == ["token"]:
        # mutt, msmtp and mbsync run this once a connection: typer would be most of its time.
        from provision.cli.token import main as token_main  # noqa: PLC0415

        sys.exit(token_main(sys.argv[2:]))
    from provision.cli.app import main as app_main  # noqa: PLC0415

    sys.exit(app_main(sys.argv[1:]))


if __name__ == "__main__":
    main()
