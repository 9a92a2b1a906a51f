"""What sign-in leaves in the audit: that it happened, to which account, never what was typed."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from niangjia.foundation.accounts.models import Account
