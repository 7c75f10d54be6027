"""A credential that cannot be printed by accident."""

from typing import Final, Never, final

_MASK: Final = "Secret(***)"


@final
class Secret:
    """A credential from the line that receives it to the line that sends it.

    `str`, `repr`, `format`, pickling and copying show or carry nothing. Comparison is constant
    time. `.reveal()` belongs in the argument of the call that needs the value, nowhere else.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the credential itself."""
        return self.__value

    def __repr__(self) -> str:
        return _MASK

    def __str__(self) -> str:
        return _MASK

    def __format__(self, spec: str) -> str:
        return format(_MASK, spec)

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __len__(self) -> int:
        return len(self.__value)

    def __eq__(self, other: object) -> bool:
        # hmac costs an import that `provision --help` should not pay.
        from hmac import compare_digest  # noqa: PLC0415  (see above)

        if not isinstance(other, Secret):
            return NotImplemented
        return compare_digest(self.__value.encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce__(self) -> Never:
        msg = "a Secret cannot be pickled or copied"
        raise TypeError(msg)
