"""Settings enough to draw the pages of ``niangjia.ui``, without a database."""

SECRET_KEY = "only for tests of the pages"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.messages", "django.contrib.staticfiles", "niangjia.ui"]
MIDDLEWARE = [
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "tests.ui.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
FORM_RENDERER = "niangjia.ui.forms.Renderer"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
STATIC_URL = "/static/"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
