"""What may be refused because of the catalogue: it is heard of, so it can be behind."""

from shared.errors import Kind, Refusal


class CatalogueBehind(Refusal):
    """The catalogue here has not heard of this part or site yet; try again if you believe that it exists."""

    retry_after_seconds = 2

    def detail(self) -> str:
        """Say the facts; of a file, each line is in `errors`."""
        return ", ".join(f"{name}: {value}" for name, value in self.facts.items() if name != "errors")


class SiteNotDepot(Refusal):
    """Only a depot orders parts or fills orders from its stock."""

    kind = Kind.INVALID


class PlatformMismatch(Refusal):
    """The part does not fit the platform that the order is for."""

    kind = Kind.INVALID
    field = "platform"


class SourceUnknown(Refusal):
    """This site is no source of this part."""

    kind = Kind.NOT_FOUND


class ActivityUnknown(Refusal):
    """There is no such activity."""

    kind = Kind.NOT_FOUND
