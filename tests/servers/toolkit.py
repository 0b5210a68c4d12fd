"""django-oauth-toolkit, an authorization server for Django, unmodified, on a free port of 127.0.0.1.

Each browser is signed in as `ACCOUNT`, and the application is granted without a consent page. Everything
else is the server's own behaviour. Revoking a refresh token ends that token and its access token, and no
other token of the account.

The script prints the server's URL. `GET /issued` lists all tokens that the server has issued. The server's
introspection (RFC 7662) tells which access tokens are active. It does not cover refresh tokens, so
`GET /refreshable` lists the refresh tokens that are not revoked in the server's own table.
"""

import json
import os
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "oauth2_provider",
    ],
    MIDDLEWARE=["__main__.Issued", "__main__.SignedIn"],
    OAUTH2_PROVIDER={
        "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"],
        "PKCE_REQUIRED": True,
        "ROTATE_REFRESH_TOKEN": True,
        "SCOPES": {"profile": "Whose account it is"},
    },
    # The server hashes the client's secret at each request. Its default takes a second of processor time.
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ROOT_URLCONF="__main__",
    SECRET_KEY="of this test alone",
    USE_TZ=True,
)


class Issued:
    """Records the tokens that the token endpoint issues."""

    tokens = []

    def __init__(self, next):
        self.next = next

    def __call__(self, request):
        response = self.next(request)
        if request.path == "/o/token/" and response.status_code == 200:
            answer = json.loads(response.content)
            names = ("access_token", "refresh_token")
            self.tokens.extend(answer[name] for name in names if name in answer)
        return response


class SignedIn:
    """Signs in each browser that asks for authorization."""

    def __init__(self, next):
        self.next = next

    def __call__(self, request):
        from django.contrib.auth.models import AnonymousUser, User

        request.user = AnonymousUser()
        if request.path == "/o/authorize/":
            request.user, _ = User.objects.get_or_create(username=os.environ.get("ACCOUNT", "user-1"))
        return self.next(request)


django.setup()

from django.core.management import call_command  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.decorators import protected_resource  # noqa: E402
from oauth2_provider.models import Application, RefreshToken  # noqa: E402


@protected_resource(scopes=["profile"])
def me(request):
    return JsonResponse({"id": request.resource_owner.pk, "name": request.resource_owner.username})


def refreshable(request):
    good = RefreshToken.objects.filter(revoked__isnull=True)
    return JsonResponse([token.token for token in good], safe=False)


urlpatterns = [
    path("me", me),
    path("issued", lambda request: JsonResponse(Issued.tokens, safe=False)),
    path("refreshable", refreshable),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def main():
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    Application.objects.create(
        client_id=os.environ["CLIENT"],
        client_secret=os.environ["SECRET"],
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=os.environ["REDIRECT"],
        skip_authorization=True,
        name="nexus",
    )
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    # The server ends when its input is closed.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print(f"Serving http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


main()
