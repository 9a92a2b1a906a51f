"""Dated figures of law and of the product: each with a unit, a source, and a region where it differs by place.

``parameters.at(on, region).joining_decide`` is the figure; ``.explain("joining_decide")`` says where it comes from.
The files beside this one are the base; a deployer's own dated values come in as ``extra``.
"""

from niangjia.core.parameters.shipped import Dated, names, units
from niangjia.core.parameters.values import Figure, NoFigure, Parameters, at

__all__ = ["Dated", "Figure", "NoFigure", "Parameters", "at", "names", "units"]
