"""Niangjia (娘家): the Internet + trade union platform."""
