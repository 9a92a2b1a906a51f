"""Addresses of the worker's site."""

from django.urls import path

from niangjia.mobile import home

app_name = "mobile"
urlpatterns = [path("", home.home, name="home")]
