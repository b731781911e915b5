"""What commands take by name, as people write it."""

from urllib.parse import unquote

from pydantic import ValidationError

from deploy.errors import SetupError
from shared.events.production import Reference

REFERENCE_FORM = "MAKER/NUMBER or MAKER/NUMBER/REVISION"


def read_reference(said: str) -> Reference:
    """Read a reference as it is written at a prompt; a slash within a number is written %2F, as lists show it."""
    maker, _, rest = said.partition("/")
    number, _, revision = (unquote(each) for each in rest.partition("/"))
    try:
        return Reference(maker=maker, number=number, revision=revision or None)
    except ValidationError:
        raise SetupError(f"{said} is no reference: write 3VK1Y/VKR-1 or 3VK1Y/VKR-1/B.") from None
