"""Addresses of the worker's site."""

from django.urls import path

from niangjia.mobile import first_link, home, signing

app_name = "mobile"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", signing.ask_phone, name="sign-in"),
    path("sign-in/code/", signing.ask_code, name="sign-in-code"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("my-record/", first_link.first_link, name="first-link"),
]
