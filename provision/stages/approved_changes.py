"""Which changes of a later plan are those of an earlier one, which somebody saw or we did."""

from collections.abc import Collection

from provision.plan.changes import AddCertificates, AddPassword, Change, CreateApplication


def is_covered(change: Change, earlier: Collection[Change]) -> bool:
    """Tell whether an earlier plan had this change; a secret's dates move on with the clock."""
    match change:
        case CreateApplication(unique_name=name, settings=settings):
            return any(
                isinstance(c, CreateApplication) and (c.unique_name, c.settings) == (name, settings)
                for c in earlier
            )
        case AddPassword(request=request):
            return any(_minted_name(c) == request.display_name for c in earlier)
        case AddCertificates(added=added):
            seen = {c for e in earlier if isinstance(e, AddCertificates) for c in e.added}
            return set(added) <= seen
        case _:
            return change in earlier


def _minted_name(change: Change) -> str | None:
    match change:
        case AddPassword(request=request):
            return request.display_name
        case CreateApplication(password=password) if password is not None:
            return password.display_name
        case _:
            return None
