"""An SDK that builds its URLs from a host alone: unmodified, below the proxy's domain.

Arguments: the application's origin, an agent's token, the proxy's domain. Each line of output is an SDK that worked.
"""

import socket
import sys
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from zenpy import Zenpy

origin, token, domain = sys.argv[1:]
port = urlsplit(origin).port

# The wildcard entry that the domain has in DNS.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **more: resolve(
    "127.0.0.1" if str(host).endswith(f".{domain}") else host, *rest, **more
)


class BehindTls(HTTPAdapter):
    """What the TLS proxy in front of the application does: the SDK speaks https and nothing else."""

    def send(self, request, **options):
        url = urlsplit(request.url)
        request.url = url._replace(scheme="http", netloc=f"{url.hostname}:{port}").geturl()
        return super().send(request, **options)


session = requests.Session()
session.mount("https://", BehindTls())
client = Zenpy(
    domain=domain, subdomain="zendesk--acme", email="agent@acme.example", token=token, session=session
)
subjects = [ticket.subject for ticket in client.tickets()]
assert subjects == ["page-1", "page-2", "page-3"], subjects
print("worked: zenpy")
