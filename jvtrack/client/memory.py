"""What a client has written, so that it reads its own writes at every service that hears of them."""

from collections import OrderedDict

from shared.http.versions import TOKENS_MAX, Token, parse

_HEARD = {
    "orders": frozenset({"catalogue.v1", "orders.v1", "production.v1", "stock.v1"}),
    "production": frozenset({"catalogue.v1", "orders.v1", "production.v1"}),
    "inventory": frozenset({"catalogue.v1", "orders.v1", "production.v1", "stock.v1"}),
    "monitor": frozenset({"catalogue.v1", "orders.v1", "production.v1", "stock.v1"}),
}
"""The streams that a service hears or tells: only for these can it say that it has come so far."""


class Memory:
    """The newest versions that a client's writes have made, one for each key."""

    def __init__(self) -> None:
        self._versions: OrderedDict[tuple[str, str], int] = OrderedDict()

    def note(self, header: str | None) -> None:
        """Remember the versions that a write was answered with."""
        for text in (header or "").split(","):
            if text.strip():
                token = parse(text)
                place = (token.stream, token.key)
                self._versions[place] = max(token.key_seq, self._versions.get(place, 0))
                self._versions.move_to_end(place)
        while len(self._versions) > TOKENS_MAX:
            self._versions.popitem(last=False)

    def after(self, service: str) -> list[str]:
        """List the versions that a service can wait for."""
        heard = _HEARD[service]
        return [str(Token(stream, key, number)) for (stream, key), number in self._versions.items() if stream in heard]
