"""Every address of the installation; each has a row in ``config.policies``."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("niangjia.ui.urls")),
    path("accounts/", include("niangjia.console.accounts.urls")),
    path("console/", include("niangjia.console.urls")),
    path("", include("niangjia.mobile.urls")),
]
handler400 = "niangjia.ui.errors.bad_request"
handler403 = "niangjia.ui.errors.not_found"
handler429 = "niangjia.ui.errors.too_many"
handler404 = "niangjia.ui.errors.not_found"
