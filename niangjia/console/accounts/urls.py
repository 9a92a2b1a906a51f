"""The addresses of sign-in: only what we use of allauth, under its own names; all act with no role."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as paper_codes
from django.urls import path

from niangjia.console.accounts import offices, views

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("next/", offices.next_step, name="account_next_step"),
    path("offices/", offices.offices, name="account_offices"),
    path("offices/<uuid:pk>/", offices.choose, name="account_choose_office"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("code/", second_factor.authenticate, name="mfa_authenticate"),
    path("code/confirm/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("me/", second_factor.index, name="mfa_index"),
    path("app/", views.SetUpApp.as_view(), name="mfa_activate_totp"),
    path("app/move/", views.MoveApp.as_view(), name="mfa_deactivate_totp"),
    path("paper-codes/", paper_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("paper-codes/new/", paper_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
]
