"""Django's settings. Everything that differs between installations comes from the environment (config/environment.py)."""

from pathlib import Path
from typing import Any

from django.urls import reverse_lazy
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from grandstand.config import environment as env
from grandstand.config import logs
from grandstand.config.database import database_of
from grandstand.config.mail import mailer
from grandstand.config.secrets import older_keys, secret_key

BASE_DIR = Path(__file__).resolve().parent.parent.parent

# -- where things are ------------------------------------------------------------------------------------------------------------------

GRANDSTAND_HOME = env.folder("GRANDSTAND_HOME", str(BASE_DIR / "var"), "The folder of all local data: database, files, mail of the demo, keys.")
GRANDSTAND_LOCAL = env.flag(
    "GRANDSTAND_LOCAL",
    default=True,
    meaning="Whether this installation is only for this machine (127.0.0.1). Off, HTTPS, HSTS, secure cookies and a secret key are demanded.",
)
DEBUG = env.flag("GRANDSTAND_DEBUG", default=False, meaning="Django's debug pages. Never on a machine that others reach.")
SECRET_KEY = secret_key(
    env.text(
        "GRANDSTAND_SECRET_KEY",
        "",
        "The secret that signs sessions and seals keys, 50 characters or more. Made and kept in GRANDSTAND_HOME when local.",
    ),
    home=GRANDSTAND_HOME,
    local=GRANDSTAND_LOCAL,
)
SECRET_KEY_FALLBACKS = older_keys(
    env.words(
        "GRANDSTAND_SECRET_KEY_FALLBACKS",
        "",
        "Secrets from before, comma separated, while what they signed or sealed is still to be read (docs/runbooks, A key has leaked).",
    )
)
ALLOWED_HOSTS = env.words("GRANDSTAND_HOSTS", "127.0.0.1,localhost,[::1]", "Host names under which the platform answers, comma separated.")
GRANDSTAND_URL = env.text("GRANDSTAND_URL", "http://127.0.0.1:8000", "The address people use; links in mail begin with it.")
CSRF_TRUSTED_ORIGINS = [GRANDSTAND_URL]

DATABASE_URL = env.text(
    "DATABASE_URL",
    f"sqlite:///{GRANDSTAND_HOME}/grandstand.sqlite3",
    "The database: sqlite:///file or postgresql://user:password@host:port/name.",
)
DATABASES: dict[str, dict[str, Any]] = {"default": database_of(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # In the database, because rate limits of sign-in are counted here and must hold for all processes together.
    # Room for far more keys than a day brings, because what does not fit is thrown out, a lock of a guessed account too. Expired rows are swept.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "store_cache", "OPTIONS": {"MAX_ENTRIES": 10_000_000}},
}

# -- what is installed -----------------------------------------------------------------------------------------------------------------

ROOMS = ["store", "ui", "people", "movement", "messaging", "games", "inventory", "ledger", "commerce", "ticketing", "shop", "gate", "sites"]
INSTALLED_APPS = [
    "unfold",
    # Before the libraries, so that a room's templates and translations stand in for theirs.
    *(f"grandstand.{room}" for room in ROOMS),
    "grandstand.config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_tasks_db",
]
AUTH_USER_MODEL = "people.Person"

MIDDLEWARE = [
    "grandstand.config.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "grandstand.people.web.language.language_follows_person",
    "grandstand.config.middleware.Refusals",
]
ROOT_URLCONF = "grandstand.config.urls"
ASGI_APPLICATION = "grandstand.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "grandstand.ui.context.chrome",
            ],
        },
    },
]

# -- languages and time ----------------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French")), ("zh-hans", _("Simplified Chinese"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# -- files -----------------------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = GRANDSTAND_HOME / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = GRANDSTAND_HOME / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# -- sign-in ---------------------------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ["email", "name"]}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 24 * 3600  # said in the mail

ACCOUNT_ADAPTER = "grandstand.people.web.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "grandstand.people.web.forms.AddEmailForm",
    "confirm_email_verification_code": "grandstand.people.web.forms.ConfirmEmailForm",
    "change_password": "grandstand.people.web.forms.ChangePasswordForm",
    "login": "grandstand.people.web.forms.LoginForm",
    "reauthenticate": "grandstand.people.web.forms.ReauthenticateForm",
    "reset_password": "grandstand.people.web.forms.ResetPasswordForm",
    "reset_password_from_key": "grandstand.people.web.forms.ResetPasswordKeyForm",
    "set_password": "grandstand.people.web.forms.SetPasswordForm",
    "signup": "grandstand.people.web.forms.SignupForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}  # three tries, then a new one
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.number(
    "GRANDSTAND_PROXIES", 0, "How many proxies of yours stand before the platform: so many addresses of X-Forwarded-For are believed."
)

MFA_FORMS = {
    "activate_totp": "grandstand.people.web.forms.ActivateAppForm",
    "add_webauthn": "grandstand.people.web.forms.AddPasskeyForm",
    "authenticate": "grandstand.people.web.forms.SecondStepForm",
    "reauthenticate": "grandstand.people.web.forms.SecondStepAgainForm",
    "signup_webauthn": "grandstand.people.web.forms.SignupPasskeyForm",
}
MFA_ADAPTER = "grandstand.people.web.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_ISSUER = "Grandstand"
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = GRANDSTAND_LOCAL

# -- logs ------------------------------------------------------------------------------------------------------------------------------

LOGGING = logs.configure(
    level=env.text("GRANDSTAND_LOG_LEVEL", "INFO", "From which level log lines are written: DEBUG, INFO, WARNING or ERROR."),
    readable=env.flag("GRANDSTAND_LOG_READABLE", default=False, meaning="Log lines for people instead of one JSON object a line."),
)

# -- jobs and mail ---------------------------------------------------------------------------------------------------------------------

MAILERS = {
    "default": mailer(
        env.text(
            "EMAIL_URL",
            f"file://{GRANDSTAND_HOME}/mail",
            "Where mail goes: smtp://user:password@host:587 (STARTTLS), smtps://user:password@host:465, file:///folder or console:.",
        )
    )
}
DEFAULT_FROM_EMAIL = env.text("GRANDSTAND_MAIL_FROM", "Grandstand <no-reply@localhost>", "The address mail comes from.")
GRANDSTAND_WORKER_INSIDE = env.flag(
    "GRANDSTAND_WORKER_INSIDE",
    default=True,
    meaning="Whether the server's process also delivers facts, sends mail, expires holds and does tasks. On SQLite it must; on PostgreSQL "
    "`grandstand worker` may do it elsewhere.",
)
GRANDSTAND_BEACON_URL = env.text(
    "GRANDSTAND_BEACON_URL",
    "https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
    "The address of drand's quicknet, whose rounds put the early list of waiting rooms in order; each is verified, whoever serves it.",
)
GRANDSTAND_UNPAID_KEPT_WEEKS = env.number(
    "GRANDSTAND_UNPAID_KEPT_WEEKS",
    4,
    "For how many weeks name and addresses of an order that was never paid are kept, baskets of visitors, and who waited in a room that ended.",
)
GRANDSTAND_PLACES_PER_ADDRESS = env.number(
    "GRANDSTAND_PLACES_PER_ADDRESS",
    1_000,
    "How many places visitors of one network address take in waiting rooms in an hour: an office or a part of a mobile network, no script.",
)
GRANDSTAND_CONNECTIONS = env.number(
    "GRANDSTAND_CONNECTIONS",
    16_000,
    "How many connections one server process keeps open at once, those of proxies among them: who is one too many stands outside until somebody "
    "leaves, and a browser stays while its page is open. The limit of open files must allow it (`ulimit -n`, `LimitNOFILE`).",
)
GRANDSTAND_TEST_PAYMENTS = env.flag(
    "GRANDSTAND_TEST_PAYMENTS",
    default=GRANDSTAND_LOCAL,
    meaning="Whether the test bank takes payments, in which there is no money. Never where real things are sold.",
)
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# -- the organiser's console -----------------------------------------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "Grandstand",
    "SITE_HEADER": "Grandstand",
    "SITE_SYMBOL": "stadium",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "/static/ui/mark.svg"}],
    "SCRIPTS": ["/static/movement/console.js"],
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": reverse_lazy("ui:language")},
    "ACCOUNT": {"navigation": [{"title": _("Your details"), "link": reverse_lazy("people:profile")}]},
    # The accent of ui/tokens.css, from paper to ink.
    "COLORS": {
        "primary": {
            "50": "#fdf5f1",
            "100": "#fae8dd",
            "200": "#f4ccb5",
            "300": "#eba783",
            "400": "#df7a4a",
            "500": "#c9551f",
            "600": "#93300f",
            "700": "#7a270c",
            "800": "#5f1f0b",
            "900": "#441707",
            "950": "#2a0d04",
        },
    },
}

# -- security --------------------------------------------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_PRELOAD = env.flag(
    "GRANDSTAND_HSTS_PRELOAD",
    default=False,
    meaning="Let browsers' makers list the whole domain, with all below it, as served by TLS only: hard to take back.",
)
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # the check wants that list; whether to be on it is the operator's decision
if not GRANDSTAND_LOCAL:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]  # asked by the machine itself or a load balancer, without TLS
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # anybody can send it; only a proxy of ours is believed
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
