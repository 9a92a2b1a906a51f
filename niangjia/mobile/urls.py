"""Addresses of the worker's site."""

from django.urls import path

from niangjia.mobile import first_link, home, mending, notices, signing
from niangjia.mobile.joining import asking, cards, handing_in, mine

app_name = "mobile"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", signing.ask_phone, name="sign-in"),
    path("sign-in/code/", signing.ask_code, name="sign-in-code"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("my-record/", first_link.first_link, name="first-link"),
    path("j/<str:token>/", asking.landing, name="join"),
    path("j/<str:token>/hand-in/", handing_in.hand_in, name="join-hand-in"),
    path("j/<str:token>/<slug:step>/", asking.question, name="join-step"),
    path("r/<str:text>/", mending.mend, name="mend"),
    path("join/code/", handing_in.code, name="join-code"),
    path("join/code/again/", handing_in.send_again, name="join-send-again"),
    path("me/", mine.me, name="me"),
    path("me/request/", mine.mine, name="request"),
    path("me/request/answer/", mine.answer, name="request-answer"),
    path("me/request/withdraw/", mine.withdraw, name="request-withdraw"),
    path("me/notices/", notices.notices, name="notices"),
    path("me/card/", cards.card, name="card"),
    path("v/<str:text>/", cards.verify, name="verify"),
]
