"""Settings, read from the environment; a wrong value fails at start, by name."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path

from environs import Env

from niangjia.config import databases as addresses
from niangjia.config.database import databases
from niangjia.config.home import Home
from niangjia.config.logging import LOGGING as LOGGING
from niangjia.config.logging import configure_structlog

env = Env()
PACKAGE = Path(__file__).resolve().parent.parent

# -- where data lives ---------------------------------------------------------------------------------------
NIANGJIA_HOME = Home(env.path("NIANGJIA_HOME", Path("var")).absolute())
NIANGJIA_PORT = env.int("NIANGJIA_PORT", 8000)
NIANGJIA_THREADS = env.int("NIANGJIA_THREADS", 8)
NIANGJIA_WRITERS = env.int(
    "NIANGJIA_WRITERS", os.cpu_count() or 1
)  # connections on which one batch is written
NIANGJIA_DEMO = env.bool("NIANGJIA_DEMO", False)
NIANGJIA_PUBLIC_URL = env.str("NIANGJIA_PUBLIC_URL", f"http://127.0.0.1:{NIANGJIA_PORT}")

# -- safety -------------------------------------------------------------------------------------------------
# The first start makes the file. Before it, a key of this process alone serves `--help` and checks.
SECRET_FILE = NIANGJIA_HOME.keys / "secret_key"
SECRET_KEY = SECRET_FILE.read_text() if SECRET_FILE.exists() else secrets.token_urlsafe(50)
DEBUG = False
ALLOWED_HOSTS = env.list("NIANGJIA_HOSTS", ["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = [NIANGJIA_PUBLIC_URL]
SECURE = NIANGJIA_PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# The only one: Django's own would write what comes in to the disk in the clear.
FILE_UPLOAD_HANDLERS = ["niangjia.foundation.files.uploads.SealedUploadHandler"]

# -- applications -------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "niangjia.ui",
    "niangjia.console",
    "niangjia.mobile",
    "niangjia.cli",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "treebeard",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "csp",
    "niangjia.foundation.ledger",
    "niangjia.foundation.codes",
    "niangjia.foundation.accounts",
    "niangjia.foundation.audit",
    "niangjia.foundation.files",
    "niangjia.foundation.plans",
    "niangjia.foundation.copies",
    "niangjia.foundation.parameters",
    "niangjia.foundation.idempotency",
    "niangjia.foundation.clocks",
    "niangjia.foundation.notices",
    "niangjia.foundation.jobs",
    "niangjia.registry",
    "niangjia.joining",
    "niangjia.intake",
    "niangjia.insight",
    "niangjia.config",  # last: its post_migrate receiver gives the grants
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "niangjia.config.middleware.ActorMiddleware",
    "niangjia.config.middleware.ActingMiddleware",
    "niangjia.config.middleware.PolicyMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "niangjia.config.urls"
WSGI_APPLICATION = "niangjia.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "niangjia.console.shell.shell",
                "niangjia.mobile.shell.shell",
            ]
        },
    }
]
FORM_RENDERER = "niangjia.ui.forms.Renderer"

# -- database -----------------------------------------------------------------------------------------------
DATABASE_ADDRESSES = addresses.find(env, NIANGJIA_HOME)
DATABASES = databases(
    DATABASE_ADDRESSES.app, DATABASE_ADDRESSES.owner, threads=NIANGJIA_THREADS + NIANGJIA_WRITERS
)
DATABASE_ROUTERS = ["niangjia.config.router.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "niangjia_cache",
        # Limits live here. Django's 300 entries would let anybody push a counter out by raising 300 others.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
}

# -- sign-in ------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "niangjia.foundation.accounts.passwords.MinimumLength",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_next_step"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "sign_in_name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "niangjia.console.accounts.adapter.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_FORMS = {
    "login": "niangjia.console.accounts.forms.SignIn",
    "reauthenticate": "niangjia.console.accounts.forms.ConfirmByPassword",
    "change_password": "niangjia.console.accounts.forms.ChangePassword",
}
# Wrong passwords and wrong codes share "login_failed": per address, and per account. The page says 15 minutes.
ACCOUNT_RATE_LIMITS = {
    "login": "60/15m/ip",
    "login_failed": "30/15m/ip,5/15m/key",
    "reauthenticate": "10/15m/user",
    "change_password": "5/15m/user",
}
MFA_ADAPTER = "niangjia.console.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "niangjia.console.accounts.forms.ShowCode",
    "reauthenticate": "niangjia.console.accounts.forms.ConfirmByCode",
    "activate_totp": "niangjia.console.accounts.forms.SetUpApp",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Niangjia"
MFA_TOTP_TOLERANCE = 1  # a code counts 30 seconds longer: phones are slow, and so are people (RFC 6238, 5.2)

# -- pages ------------------------------------------------------------------------------------------------
FORM_RENDERER = "niangjia.ui.forms.Renderer"

# -- words and time -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = sorted(str(path) for path in PACKAGE.glob("*/locale"))
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# -- files --------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = PACKAGE / "static_root"
WHITENOISE_USE_FINDERS = True

configure_structlog()
