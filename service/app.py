"""Puts the applications together: webhooks on their own, pages and programs, the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, g, request, session
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from service import logs
from service.data import LANGUAGES
from service.operations.staff import sessions
from service.settings import Settings
from service.web import errors, health, password_reset, public_voices, second_step, sign_in
from service.web.api import routes
from service.web.buyer import choice, pages, voice_name
from service.web.desk import (
    audit,
    bulk,
    call_verbs,
    case_list,
    case_verbs,
    cases,
    channels,
    connections,
    deciding,
    deliveries,
    do_not_contact,
    endpoints,
    erasing,
    first_answers,
    invitations,
    make_good_verbs,
    me,
    message_templates,
    messages,
    notices,
    old_data,
    permission,
    pictures,
    playbooks,
    policies,
    proof,
    replies,
    report_mails,
    reports,
    rules,
    saved_filters,
    second_factor,
    shops,
    staff,
    thanks,
    thanks_verbs,
    tokens,
    voices,
    waiting,
)
from service.web.desk.forms import is_first_wrong
from service.web.desk.once import form_key
from service.web.request_context import wired as wired_here
from service.web.typed import clean_request
from service.web.webhooks import Webhooks
from service.wiring import Wiring, keep_loaded, wiring

WsgiApp = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

PAGES = (
    waiting,
    case_list,
    saved_filters,
    reports,
    cases,
    case_verbs,
    call_verbs,
    make_good_verbs,
    bulk,
    pictures,
    proof,
    shops,
    playbooks,
    rules,
    connections,
    endpoints,
    channels,
    do_not_contact,
    erasing,
    policies,
    old_data,
    first_answers,
    deciding,
    thanks,
    thanks_verbs,
    voices,
    permission,
    message_templates,
    messages,
    replies,
    staff,
    invitations,
    tokens,
    me,
    second_factor,
    notices,
    report_mails,
    audit,
    deliveries,
    sign_in,
    second_step,
    password_reset,
    pages,
    choice,
    voice_name,
    public_voices,
    routes,
    health,
)


def create_app(wired: Wiring | None = None) -> Flask:
    """The pages, the API and health. Without wiring, this process's own from the environment."""
    wired = wired or wiring()
    app = Flask("service.web", root_path=str(errors.FOLDER), static_url_path="/static")
    app.extensions["wiring"] = wired
    app.config.update(_config(wired.settings))
    app.add_template_global(form_key)
    app.add_template_global(is_first_wrong)
    Babel(app, locale_selector=_language)
    guard = CSRFProtect(app)
    for module in PAGES:
        app.register_blueprint(module.blueprint)
    guard.exempt(routes.blueprint)
    # The signed link is the permission: who cannot know it cannot forge a request, and mail
    # programs keep no cookies.
    guard.exempt(pages.blueprint)
    guard.exempt(choice.blueprint)
    guard.exempt(voice_name.blueprint)
    errors.register(app)
    app.before_request(clean_request)
    app.before_request(_note_case)
    app.after_request(_protect)
    return app


def _config(settings: Settings) -> dict[str, Any]:
    """What Flask and its extensions go by."""
    return {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": f"{settings.path}/",
        "PERMANENT_SESSION_LIFETIME": sessions.LASTS,
        "MAX_CONTENT_LENGTH": settings.max_body_bytes,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "BABEL_DEFAULT_LOCALE": settings.language,
    }


def _language() -> str:
    """The seller's own, else the browser's among ours, else the installation's."""
    seller = g.get("seller")
    if seller is not None and seller.language in LANGUAGES:
        return str(seller.language)
    chosen = session.get("language") or request.accept_languages.best_match(LANGUAGES)
    return str(chosen or wired_here().settings.language)


def _note_case() -> None:
    reference = (request.view_args or {}).get("reference")
    if reference:
        logs.add(case=reference)


def _protect(answer: Any) -> Any:
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    # What may be framed says so itself, by whom.
    if "Content-Security-Policy" not in answer.headers:
        answer.headers.setdefault("X-Frame-Options", "DENY")
    answer.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    if request.path.startswith(("/static/",)) is False:
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def create_wsgi(
    wired: Wiring | None = None,
    sandbox: WsgiApp | None = None,
    webhooks: Webhooks | None = None,
    pages: Flask | None = None,
) -> WsgiApp:
    """The whole site: /webhooks goes past the pages, /sandbox to the pretend shop."""
    alone, wired = wired is None, wired or wiring()
    site: WsgiApp = (pages or create_app(wired)).wsgi_app
    webhooks = webhooks or Webhooks(wired)
    if wired.settings.trusted_proxies:
        number = wired.settings.trusted_proxies
        site = ProxyFix(site, x_for=number, x_proto=number, x_host=number)

    def serve(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request_id = logs.request_id(environ.get("HTTP_X_REQUEST_ID", ""))

        def start_named(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start(status, [*headers, ("X-Request-Id", request_id)], *rest)

        with logs.ids(request=request_id):
            return choose(environ, start_named)

    prefix = wired.settings.path

    def choose(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        environ = _under(prefix, environ) if prefix else environ
        path = environ.get("PATH_INFO", "")
        if path.startswith("/webhooks/"):
            return webhooks(environ, start)
        if sandbox is not None and (path == "/sandbox" or path.startswith("/sandbox/")):
            inside = {**environ, "PATH_INFO": path.removeprefix("/sandbox") or "/"}
            inside["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/sandbox"
            return sandbox(inside, start)
        return site(environ, start)

    if alone:
        keep_loaded()
    return serve


def _under(prefix: str, environ: WSGIEnvironment) -> WSGIEnvironment:
    """A request below the path of this installation, which some proxies take away, some do not."""
    path = environ.get("PATH_INFO", "")
    if path == prefix or path.startswith(f"{prefix}/"):
        path = path.removeprefix(prefix) or "/"
    return {**environ, "PATH_INFO": path, "SCRIPT_NAME": prefix}
