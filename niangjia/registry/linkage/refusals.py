"""Why a run of the model does not come to an end."""

from __future__ import annotations

from niangjia.core.errors import Conflict
from niangjia.core.words import gettext_noop


class NotInstalled(Conflict):
    """The extra is not there."""

    code = "linkage_not_installed"
    message = gettext_noop(
        "%(missing)s is not installed here. Install it beside Niangjia: pip install 'niangjia[%(extra)s]'."
    )


class NoJava(Conflict):
    """Spark runs on a Java machine, and there is none."""

    code = "linkage_no_java"
    message = gettext_noop(
        "Spark needs Java, and there is none here. Install a Java runtime (on Debian: default-jre-headless), or leave --spark out."
    )


class SparkInTheOpen(Conflict):
    """A cluster elsewhere, and no secret to talk to it behind."""

    code = "linkage_spark_secret"
    message = gettext_noop(
        "Records would go to the cluster unencrypted. Set NIANGJIA_SPARK_SECRET to the cluster's spark.authenticate.secret, or use a local master such as local[4]."
    )


class NoCluster(Conflict):
    """Spark does not start with that master."""

    code = "linkage_no_cluster"
    message = gettext_noop(
        "Spark does not start at %(master)s (%(kind)s). Check the address, the secret and how the cluster enciphers: docs/how-to/linkage.md."
    )


class TooFew(Conflict):
    """Fewer than two records."""

    code = "linkage_too_few"
    message = gettext_noop(
        "There are fewer than two records below this office, so there is nothing to compare."
    )


class NothingLearned(Conflict):
    """The model could not be trained, or broke off; only the kind of error is told, since its text may hold values."""

    code = "linkage_nothing_learned"
    message = gettext_noop(
        "Splink could not learn from these records (%(kind)s): it needs some hundreds of people, a few of them with two records. Nothing was changed."
    )
