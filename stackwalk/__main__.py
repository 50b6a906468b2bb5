"""The entry point. --version is answered before anything heavy is imported."""

import sys

from stackwalk import __version__


def main() -> None:
    """Run the command line; never returns normally with a status other than 0."""
    if sys.argv[1:] == ["--version"]:
        print(f"stackwalk {__version__}")
        return
    from stackwalk.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
