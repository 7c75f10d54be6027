"""Try every host that the cloud names, side by side, and tell what this machine may do."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from provision.diagnose.reach import Reach
from provision.mail.reach import reach as reach_mail
from provision.mail.tls import tls_context
from provision.oauth.reach import Looking
from provision.oauth.reach import reach as reach_https
from provision.plan.machine_findings import Machine
from provision.stages.progress import Started
from provision.stages.services import Services

_DISCOVERY = "/common/v2.0/.well-known/openid-configuration"


def look_around(services: Services, peers: Looking) -> Machine:
    """Return what can be seen from here; never raises because a host does not answer."""
    services.report(Started("doctor", "trying every host"))
    tries = tuple(_tries(services, peers))
    with ThreadPoolExecutor(len(tries)) as pool:
        reaches = tuple(pool.map(lambda attempt: attempt(), tries))
    is_sandbox = services.cloud.is_on_this_machine
    return Machine(reaches, services.proxies, services.clock.now(), is_sandbox=is_sandbox)


def _tries(services: Services, peers: Looking) -> Iterator[Callable[[], Reach]]:
    cloud = services.cloud
    yield partial(reach_https, "login", f"{cloud.authority}{_DISCOVERY}", peers)
    yield partial(reach_https, "Graph", f"{cloud.graph}/v1.0/", peers)
    context = tls_context(cloud.ca_bundle)
    if cloud.imap is not None:
        yield partial(reach_mail, "imap", cloud.imap, context)
    if cloud.pop is not None:
        yield partial(reach_mail, "pop", cloud.pop, context)
    if cloud.smtp is not None:
        yield partial(reach_mail, "smtp", cloud.smtp, context)
