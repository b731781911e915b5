"""`make schemas`: publish the shapes that facts have now, keeping those that they had before.

A change that earlier readers or facts would not survive is refused. `--draft` replaces shapes that no release has
carried yet, without keeping them.
"""

import sys

from tests.contract import asyncapi
from tests.contract.compatibility import differences
from tests.contract.published_language import PUBLISHED, facts, history, published, read, schema_of, type_of, write


def main() -> None:
    """Publish what changed; exit code 1 when a change needs a new version of its type."""
    is_draft = "--draft" in sys.argv[1:]
    refused = []
    for kind in facts():
        path, now = published(kind), schema_of(kind)
        before = read(path) if path.exists() else None
        if before == now:
            continue
        broken = [] if before is None or is_draft else differences(before, now)
        if broken:
            refused.append(f"{type_of(kind)} needs a new version: {'; '.join(broken)}")
            continue
        if before is not None and not is_draft:
            earlier = history(kind)
            number = int(earlier[-1].stem) + 1 if earlier else 1
            write(PUBLISHED / "history" / type_of(kind) / f"{number}.json", before)
        write(path, now)
        print(f"published {path.name}")  # noqa: T201
    if asyncapi.write():
        print(f"published {asyncapi.DOCUMENT.name}")  # noqa: T201
    if refused:
        sys.exit("\n".join(refused))


if __name__ == "__main__":
    main()
