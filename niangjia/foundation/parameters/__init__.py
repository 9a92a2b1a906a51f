"""Figures as they hold here: the shipped ones, and what the deployer adds with a date and a source."""

from niangjia.foundation.later import names_from

__getattr__ = names_from(__name__, values=("NoSuchFigure", "add", "at"))
