"""One measurement in a process of its own: `python -m tests.benchmarks.task MODULE FUNCTION JSON`."""

import importlib
import json
import sys


def main() -> None:
    """Call the function with what the JSON says, and print what it returns as the last line."""
    module, name, given = sys.argv[1:]
    found = importlib.import_module(f"tests.benchmarks.{module}")
    print(json.dumps(getattr(found, name)(**json.loads(given))))


if __name__ == "__main__":
    main()
