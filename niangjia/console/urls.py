"""Addresses of the officials' desk."""

from django.urls import path

from niangjia.console import home, notices
from niangjia.console.board import views as board
from niangjia.console.copies import asking as export_asking
from niangjia.console.copies import views as exports
from niangjia.console.duplicates import pairs
from niangjia.console.duplicates import queue as duplicates
from niangjia.console.employers import doubts
from niangjia.console.held import mending
from niangjia.console.held import rows as held
from niangjia.console.intake import batches, rosters
from niangjia.console.joining import codes, elsewhere, queue, requests
from niangjia.console.officers import views as officers
from niangjia.console.orders import order, orders

app_name = "console"
urlpatterns = [
    path("", home.home, name="home"),
    path("board/", board.board, name="board"),
    path("members/", board.members, name="members"),
    path("notices/", notices.notices, name="notices"),
    path("exports/", exports.listed, name="exports"),
    path("exports/of/<slug:name>/", export_asking.new, name="export-new"),
    path("exports/<uuid:pk>/", exports.show, name="export"),
    path("exports/<uuid:pk>/cancel/", exports.cancel, name="export-cancel"),
    path("exports/<uuid:pk>/remove/", exports.remove, name="export-remove"),
    path("exports/<uuid:pk>/file/<str:signed>/", exports.give, name="export-file"),
    path("intake/", rosters.rosters, name="intake"),
    path("intake/template.xlsx", rosters.empty, name="intake-template"),
    path("intake/doubts/", doubts.listed, name="employer-doubts"),
    path("intake/held/", held.listed, name="held-rows"),
    path("intake/held/mending/", mending.listed, name="held-mending"),
    path("intake/held/<uuid:pk>/", held.show, name="held-row"),
    path("intake/held/<uuid:pk>/unmask/", held.unmask, name="held-row-unmask"),
    path("intake/<uuid:pk>/", batches.show, name="intake-batch"),
    path("intake/<uuid:pk>/columns/", batches.remap, name="intake-remap"),
    path("intake/<uuid:pk>/columns/anew/", batches.guess_anew, name="intake-guess-anew"),
    path("intake/<uuid:pk>/unions/", batches.say_unions, name="intake-unions"),
    path("intake/<uuid:pk>/kind/", batches.read_as, name="intake-read-as"),
    path("intake/<uuid:pk>/write/", batches.commit, name="intake-commit"),
    path("intake/<uuid:pk>/stop/", batches.stop, name="intake-stop"),
    path("intake/<uuid:pk>/cancel/", batches.cancel, name="intake-cancel"),
    path("intake/<uuid:pk>/undo/", batches.undo, name="intake-undo"),
    path("intake/<uuid:pk>/repair.xlsx", batches.repair, name="intake-repair"),
    path("intake/<uuid:pk>/repair/", batches.ask_for_repair, name="intake-repair-ask"),
    path("officers/", officers.listed, name="officers"),
    path("orders/", orders.listed, name="orders"),
    path("orders/template.xlsx", orders.empty, name="order-template"),
    path("orders/<uuid:pk>/", order.show, name="order"),
    path("orders/<uuid:pk>/lines/", order.add_line, name="order-line"),
    path("orders/<uuid:pk>/lines/<int:number>/drop/", order.drop_line, name="order-line-drop"),
    path("orders/<uuid:pk>/file/", order.add_file, name="order-file"),
    path("orders/<uuid:pk>/preview/", order.look_ahead, name="order-preview"),
    path("orders/<uuid:pk>/sign/", order.sign, name="order-sign"),
    path("orders/<uuid:pk>/cancel/", order.cancel, name="order-cancel"),
    path("orders/<uuid:pk>/take-back/", order.take_back, name="order-take-back"),
    path("duplicates/", duplicates.queue, name="duplicates"),
    path("duplicates/search/", duplicates.search, name="duplicates-search"),
    path("duplicates/decide/", duplicates.decide, name="duplicates-decide"),
    path("duplicates/<uuid:pk>/", pairs.show, name="duplicate"),
    path("duplicates/<uuid:pk>/unmask/", pairs.unmask, name="duplicate-unmask"),
    path("duplicates/<uuid:pk>/merge/", pairs.merge, name="duplicate-merge"),
    path("duplicates/<uuid:pk>/different/", pairs.different, name="duplicate-different"),
    path("duplicates/<uuid:pk>/again/", pairs.again, name="duplicate-again"),
    path("duplicates/<uuid:pk>/unmerge/", pairs.unmerge, name="duplicate-unmerge"),
    path("joining/", queue.queue, name="joining-queue"),
    path("joining/codes/", codes.listed, name="join-codes"),
    path("joining/codes/<uuid:pk>/", codes.poster, name="join-code-poster"),
    path("joining/codes/<uuid:pk>/revoke/", codes.revoke, name="join-code-revoke"),
    path("joining/elsewhere/", elsewhere.listed, name="elsewhere"),
    path("joining/elsewhere/<uuid:pk>/", elsewhere.settle, name="elsewhere-settle"),
    path("joining/<uuid:pk>/", requests.show, name="join-request"),
    path("joining/<uuid:pk>/unmask/", requests.unmask, name="join-request-unmask"),
    path("joining/<uuid:pk>/contact/", requests.contact, name="join-request-contact"),
    path("joining/<uuid:pk>/phone/", requests.confirm_phone, name="join-request-confirm-phone"),
    path("joining/<uuid:pk>/need-more/", requests.need_more, name="join-request-need-more"),
    path("joining/<uuid:pk>/approve/", requests.approve, name="join-request-approve"),
    path("joining/<uuid:pk>/reject/", requests.reject, name="join-request-reject"),
]
