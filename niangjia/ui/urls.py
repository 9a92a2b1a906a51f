"""The addresses that both faces share."""

from django.urls import path

from niangjia.ui import language

app_name = "ui"
urlpatterns = [
    path("language/", language.language, name="language"),
    path("type/", language.large_type, name="large-type"),
]
