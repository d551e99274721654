"""`make build`: stage the functions and layers, and say what changed."""

import argparse
import sys
from pathlib import Path

from infra.build import Architecture, BuildFailed, build, host_architecture


def main() -> int:
    """Stage everything; return the exit status."""
    parser = argparse.ArgumentParser(prog="make build", description=__doc__)
    parser.add_argument("--arch", default=host_architecture(), help="arm64 or x86_64; the host's by default")
    arch = parser.parse_args().arch
    if arch not in set(Architecture):
        print(f"ARCH is arm64 or x86_64, not {arch}.", file=sys.stderr)
        return 2
    try:
        changed = build(Path.cwd(), Architecture(arch), say=print)
    except BuildFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"build/ is ready for {arch}: " + (f"{len(changed)} staged anew." if changed else "nothing had changed."))
    return 0


if __name__ == "__main__":
    sys.exit(main())
