"""Addresses of the officials' desk."""

from django.urls import path

from niangjia.console import home

app_name = "console"
urlpatterns = [path("", home.home, name="home")]
