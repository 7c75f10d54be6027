"""The part of a tenant in memory that is about applications which others made."""

from dataclasses import replace

from provision.errors import NameTaken, NotFound, RefusedError
from provision.tenant.adoptee import Adoptee
from provision.tenant.application import Application, ApplicationSettings
from tests.fakes.levers import Levers


class Strangers(Levers):
    """Applications, found by what people know them by."""

    def put(self, application: Application) -> None:
        """Let an application exist."""
        self.content.applications[application.object_id] = application

    def make_nameless(self, display_name: str) -> str:
        """Let an application exist that has a display name and no unique name."""
        settings = ApplicationSettings(
            display_name=display_name,
            sign_in_audience="AzureADMyOrg",
            token_version=None,
            redirect_uris=frozenset(),
            issues_access_tokens=False,
            issues_id_tokens=False,
            permissions=frozenset(),
        )
        number = len(self.content.applications)
        made = Application(f"nameless-{number}", f"client-n{number}", None, settings, frozenset())
        self.put(made)
        return made.object_id

    def found(self, object_id: str) -> Application:
        """Return a live application."""
        if object_id not in self.content.applications:
            raise NotFound(f"application {object_id}: it does not exist")
        return self.content.applications[object_id]

    def find_by_client_id(self, client_id: str) -> Adoptee | None:
        def find() -> Adoptee | None:
            live = self.shown().applications.values()
            return next((_adoptee(a) for a in live if a.client_id == client_id), None)

        return self.call("find_by_client_id", find)

    def find_by_display_name(self, display_name: str) -> tuple[Adoptee, ...]:
        def find() -> tuple[Adoptee, ...]:
            live = self.shown().applications.values()
            named = [_adoptee(a) for a in live if a.settings.display_name == display_name]
            return tuple(sorted(named, key=lambda a: a.application.object_id))

        return self.call("find_by_display_name", find)

    def set_unique_name(self, object_id: str, unique_name: str) -> None:
        def name() -> None:
            found = self.found(object_id)
            if found.unique_name == unique_name:
                return
            if found.unique_name is not None:
                raise RefusedError(f"naming application {object_id}: it has a name")
            holders = [*self.content.applications.values(), *self.content.bin.values()]
            if any(a.unique_name == unique_name for a in holders):
                raise NameTaken(f"naming application {object_id} {unique_name}: taken")
            self.put(replace(found, unique_name=unique_name))

        self.call("set_unique_name", name)


def _adoptee(application: Application) -> Adoptee:
    return Adoptee(application, None, "contoso.com", {}, ())
