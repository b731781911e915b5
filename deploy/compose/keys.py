"""Publishes the issuer's public keys in a folder of their own: `python -m deploy.compose.keys FOLDER`.

The services see that folder alone, and so never the private key.
"""

import sys
from pathlib import Path

from deploy.local.issuer import Issuer
from deploy.local.settings import StackSettings


def publish(folder: Path) -> Path:
    """Make the key pair if there is none, and put its public half where the services read it."""
    published = folder / "jwks.json"
    fresh = published.with_suffix(".new")
    fresh.write_bytes(Issuer(StackSettings()).jwks.read_bytes())
    return fresh.rename(published)


if __name__ == "__main__":
    publish(Path(sys.argv[1]))
