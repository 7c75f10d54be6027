"""One snapshot, in as few requests as the ids that are known allow."""

from collections.abc import Iterable, Iterator, Mapping

from provision.graph import answers as parse
from provision.graph.batch import split
from provision.graph.federated_credentials import parse_federated
from provision.graph.policy_answers import policies
from provision.graph.read_requests import ReadRequests
from provision.graph.refusals import FORBIDDEN, NOT_FOUND, refusal
from provision.graph.retry import Repeater
from provision.graph.wire import Answer, GraphRequest
from provision.tenant.application import Application, DeletedApplication, Namesake
from provision.tenant.certificate import KeyCredential
from provision.tenant.federated_credential import FederatedCredential
from provision.tenant.port import Presence, Snapshot, TenantQuery
from provision.tenant.service_principal import Grant, Resource, ServicePrincipal

Parts = Mapping[str, GraphRequest]
Found = Mapping[str, Answer]

_NONE: frozenset[str] = frozenset()
_USER = "user "
"""What the names of the parts that ask for users begin with."""


class SnapshotReader:
    """Reads snapshots; keeps nothing."""

    def __init__(self, requests: ReadRequests, repeater: Repeater) -> None:
        self._requests = requests
        self._repeater = repeater

    def read(self, query: TenantQuery, tenant_id: str, *, looks_in_bin: bool = True) -> Snapshot:
        """Return what exists: one request with a right hint, two without, three with a wrong one.

        Args:
            query: What is asked.
            tenant_id: Of whoever asks.
            looks_in_bin: Whether an application that is not there may have been deleted.

        Raises:
            NotPermitted: The application or a service principal may not be read.
        """
        parts = self._parts(query, looks_in_bin=looks_in_bin)
        found = self._send(parts)
        application = _application(parts["application"], found["application"])
        if application is None:
            found = {**found, **self._by_object_id(query)}
            application = _application(parts["application"], found["application"])
        principal: ServicePrincipal | None = None
        grants: Answer | None = None
        if query.adoptee_client_id:
            principal = _principal(parts["principal"], found["principal"])
            grants = found["grants"]
        elif application is not None:
            principal, grants = self._hanging_on(application, query, parts, found)
        users = {name: answer for name, answer in found.items() if name.startswith(_USER)}
        unknown = _unknown(found, grants, users)
        if application is not None and not found["owners"].is_success:
            unknown.add("owners")
        deleted = None
        if looks_in_bin and application is None:
            deleted = self._deleted(query, found, unknown)
        existing = deleted.application if deleted is not None else application
        in_bin = None
        if existing is not None and principal is None:
            in_bin = self._deleted_principal(existing.client_id)
        return Snapshot(
            tenant_id=tenant_id,
            application=application,
            service_principal=principal,
            grants=frozenset(self._grants(grants)),
            microsoft_graph=parse.resource(_expected(parts["graph"], found["graph"]).body),
            namesakes=_namesakes(parts["namesakes"], found["namesakes"], query.unique_name),
            user_ids=_user_ids(parts, users),
            unknown=frozenset(unknown),
            exchange_online=_resource(parts, found, "exchange"),
            deleted=deleted,
            owners=_ids(found["owners"]),
            deleted_service_principal=in_bin,
            policies=policies(found["policy"], found["own policy"], found["authorization"]),
            federated_credentials=self._trusted(found),
            key_credentials=_keys(query, found["application"]),
        )

    def presence(self, client_id: str) -> Presence:
        """Return what the tenant has of an application, in one request.

        Raises:
            NotPermitted: Service principals or grants may not be read.
        """
        parts = {
            "graph": self._requests.microsoft_graph(wants_scopes=False),
            "principal": self._requests.service_principal(client_id),
            "grants": self._requests.grants_of_client(client_id),
        }
        found = self._send(parts)
        if _is_forbidden(found["grants"]):
            raise refusal(parts["grants"].action, found["grants"])
        return Presence(
            service_principal=_principal(parts["principal"], found["principal"]),
            grants=frozenset(self._grants(found["grants"])),
            microsoft_graph=parse.resource(_expected(parts["graph"], found["graph"]).body),
        )

    def _trusted(self, found: Found) -> frozenset[FederatedCredential] | None:
        answer = found.get("trusted")
        if answer is None:
            return None
        if answer.status in (FORBIDDEN, NOT_FOUND):
            return frozenset()
        return frozenset(map(parse_federated, self._items("reading federated credentials", answer)))

    def _by_object_id(self, query: TenantQuery) -> Found:
        """Ask once more by the remembered id; only an answer with the unique name counts."""
        if query.hint is None or not query.hint.application_object_id:
            return {}
        request = self._requests.application_of_id(
            query.hint.application_object_id, wants_keys=query.wants_certificates
        )
        answer = self._repeater.send(request)
        application = _application(request, answer)
        if application is None or application.unique_name != query.unique_name:
            return {}
        if not query.wants_federated:
            return {"application": answer}
        by_client_id = self._requests.federated_credentials("appId", application.client_id)
        return {"application": answer, "trusted": self._repeater.send(by_client_id)}

    def _deleted(
        self, query: TenantQuery, found: Found, unknown: set[str]
    ) -> DeletedApplication | None:
        """Return the application of that name in the bin; `unknown` grows where it is closed."""
        request = self._requests.deleted_applications()
        answer = found.get("deleted") or self._repeater.send(request)
        if not answer.is_success:  # nobody needs it: what a name in the bin means, the write says
            unknown.add("deleted")
            return None
        for item in self._items(request.action, answer):
            application = parse.application(item)
            if application.unique_name == query.unique_name:
                return DeletedApplication(application, parse.instant(item.get("deletedDateTime")))
        return None

    def _deleted_principal(self, client_id: str) -> str | None:
        request = self._requests.deleted_service_principals()
        answer = self._repeater.send(request)
        if not answer.is_success:
            return None
        for item in self._items(request.action, answer):
            if item.get("appId") == client_id:
                return parse.object_id(item)
        return None

    def _items(self, action: str, answer: Answer) -> Iterator[Mapping[str, object]]:
        while True:
            body = _succeeded(action, answer).body
            yield from parse.items(body)
            following = self._requests.next_page(action, parse.next_link(body))
            if following is None:
                return
            answer = self._repeater.send(following)

    def _parts(self, query: TenantQuery, *, looks_in_bin: bool) -> Parts:
        parts = {
            "application": self._requests.application(
                query.unique_name, wants_keys=query.wants_certificates
            ),
            "graph": self._requests.microsoft_graph(wants_scopes=query.wants_scope_ids),
            "namesakes": self._requests.namesakes(query.display_name),
            "owners": self._requests.owners(query.unique_name),
            "policy": self._requests.default_policy(),
            "own policy": self._requests.own_policies(query.unique_name),
            "authorization": self._requests.authorization_policy(),
        }
        if query.wants_exchange:
            parts["exchange"] = self._requests.exchange_online()
        hint, adoptee = query.hint, query.adoptee_client_id
        if adoptee:
            parts["principal"] = self._requests.service_principal(adoptee)
            parts["grants"] = self._requests.grants_of_client(adoptee)
        if query.wants_federated:
            key = ("appId", adoptee) if adoptee else ("uniqueName", query.unique_name)
            parts["trusted"] = self._requests.federated_credentials(*key)
        if looks_in_bin and hint is None:  # whoever was here before hardly finds it in the bin
            parts["deleted"] = self._requests.deleted_applications()
        if hint is not None and hint.client_id and hint.service_principal_object_id:
            parts["principal"] = self._requests.service_principal(hint.client_id)
            parts["grants"] = self._requests.grants(hint.service_principal_object_id)
        return parts | {_USER + name: self._requests.user(name) for name in sorted(query.users)}

    def _hanging_on(
        self, application: Application, query: TenantQuery, parts: Parts, found: Found
    ) -> tuple[ServicePrincipal | None, Answer | None]:
        """Return the service principal, and the answer about its grants."""
        hint = query.hint
        if hint is None or "principal" not in found or hint.client_id != application.client_id:
            parts = {
                "principal": self._requests.service_principal(application.client_id),
                "grants": self._requests.grants_of_client(application.client_id),
            }
            found = self._send(parts)
            return _principal(parts["principal"], found["principal"]), found["grants"]
        principal = _principal(parts["principal"], found["principal"])
        if principal is None or principal.object_id == hint.service_principal_object_id:
            return principal, found["grants"]
        request = self._requests.grants(principal.object_id)
        return principal, self._repeater.send(request)

    def _grants(self, answer: Answer | None) -> Iterator[Grant]:
        if answer is not None and answer.status not in (FORBIDDEN, NOT_FOUND):
            yield from map(parse.grant, self._items("reading grants", answer))

    def _send(self, parts: Parts) -> Found:
        found: dict[str, Answer] = {}
        for batch in split(parts):
            found |= self._repeater.send_batch(batch)
        return found


def _application(request: GraphRequest, answer: Answer) -> Application | None:
    if answer.status == NOT_FOUND:
        return None
    return parse.application(_expected(request, answer).body)


def _keys(query: TenantQuery, answer: Answer) -> frozenset[KeyCredential] | None:
    if not query.wants_certificates:
        return None
    return frozenset(parse.key_credentials(answer.body)) if answer.is_success else frozenset()


def _resource(parts: Parts, found: Found, name: str) -> Resource | None:
    if name not in found or found[name].status == NOT_FOUND:
        return None
    return parse.resource(_expected(parts[name], found[name]).body)


def _principal(request: GraphRequest, answer: Answer) -> ServicePrincipal | None:
    if answer.status == NOT_FOUND:
        return None
    return parse.service_principal(_expected(request, answer).body)


def _namesakes(request: GraphRequest, answer: Answer, unique_name: str) -> tuple[Namesake, ...]:
    if _is_forbidden(answer):
        return ()
    found = map(parse.namesake, parse.items(_expected(request, answer).body))
    others = (namesake for namesake in found if namesake.unique_name != unique_name)
    return tuple(sorted(others, key=lambda namesake: namesake.object_id))


def _user_ids(parts: Parts, answers: Found) -> dict[str, str]:
    return {
        name.removeprefix(_USER): parse.object_id(_expected(parts[name], answer).body)
        for name, answer in answers.items()
        if answer.status not in (FORBIDDEN, NOT_FOUND)
    }


def _ids(answer: Answer) -> frozenset[str]:
    return frozenset(map(parse.object_id, parse.items(answer.body))) if answer.is_success else _NONE


def _unknown(found: Found, grants: Answer | None, users: Found) -> set[str]:
    """Return what may not be read."""
    answers: Mapping[str, Iterable[Answer | None]] = {
        "grants": [grants],
        "namesakes": [found["namesakes"]],
        "policies": [found["policy"], found["authorization"]],
        "federated credentials": [found.get("trusted")],
        "users": users.values(),
    }
    return {name for name, those in answers.items() if any(map(_is_forbidden, those))}


def _is_forbidden(answer: Answer | None) -> bool:
    return answer is not None and answer.status == FORBIDDEN


def _expected(request: GraphRequest, answer: Answer) -> Answer:
    return _succeeded(request.action, answer)


def _succeeded(action: str, answer: Answer) -> Answer:
    if not answer.is_success:
        raise refusal(action, answer)
    return answer
