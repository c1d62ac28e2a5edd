"""One Django project with both peers, set up in their favour: no middleware, lasting connections,
signatures checked, nothing done with an event but one row. Run by the Python of the bench's own
environment: `python peer_site.py` migrates and makes the endpoint; gunicorn serves `application`."""

import os
import sys
from urllib.parse import urlsplit

import django
from django.conf import settings

where = urlsplit(os.environ["BENCH_DATABASE_URL"])
settings.configure(
    SECRET_KEY="bench",
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    USE_TZ=True,
    APPEND_SLASH=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "anymail", "djstripe"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": where.path.strip("/"),
            "USER": where.username,
            "HOST": where.hostname,
            "PORT": where.port,
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": False,
        }
    },
    LOGGING_CONFIG=None,
    STRIPE_LIVE_MODE=False,
    STRIPE_TEST_SECRET_KEY="sk_test_bench",
    STRIPE_LIVE_SECRET_KEY="",
    DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
    SILENCED_SYSTEM_CHECKS=["djstripe"],
    DJSTRIPE_WEBHOOK_EVENT_CALLBACK=f"{__name__}.later",
    ANYMAIL={"MAILGUN_WEBHOOK_SIGNING_KEY": os.environ["BENCH_SECRET"]},
)
django.setup()

from anymail.signals import tracking  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.urls import include, path  # noqa: E402
from djstripe.models import WebhookEndpoint  # noqa: E402


class Kept(models.Model):
    """What anymail's user stores of an event: anymail itself stores nothing."""

    event_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=40)
    recipient = models.CharField(max_length=200)
    body = models.JSONField()

    class Meta:
        app_label = "bench"


def later(event, **kwargs):
    """dj-stripe's documented hook for doing the work elsewhere."""


def keep(sender, event, esp_name, **kwargs):
    """One insert for each event."""
    Kept.objects.create(
        event_id=event.event_id or "",
        kind=event.event_type,
        recipient=event.recipient or "",
        body=event.esp_event,
    )


tracking.connect(keep)
urlpatterns = [
    path("anymail/", include("anymail.urls")),
    path("stripe/", include("djstripe.urls", namespace="djstripe")),
]
application = get_wsgi_application()

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Kept)
    WebhookEndpoint.objects.create(
        id="we_bench",
        secret=os.environ["BENCH_SECRET"],
        url="https://example.test/",
        enabled_events=["*"],
        status="enabled",
        livemode=False,
        djstripe_uuid=os.environ["BENCH_ENDPOINT"],
    )
    sys.exit(0)
