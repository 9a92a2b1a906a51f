"""Why Niangjia does not run, in words for whoever typed the command."""


class CannotRun(Exception):
    """Niangjia cannot start or go on; the text says why and what to do."""
