"""The server's settings, written anew at every start."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from niangjia.config.memory import available

# PostgreSQL writes values of rows into its log on every constraint error, also of bound parameters
# (DETAIL, CONTEXT and STATEMENT lines): terse leaves these lines out, and panic the statement. The first line of an error
# may carry one too (invalid input syntax for type integer: "…"), so errors stay out; the application notes its own, covered.
# What the server says of itself (LOG, FATAL, PANIC) stays in.
TERSE = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_messages": "log",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_duration": "off",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_autovacuum_min_duration": "-1",
    "log_checkpoints": "off",
    "log_lock_waits": "off",
    "log_temp_files": "-1",
}
SETTINGS = TERSE | {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "checkpoint_timeout": "15min",
    "wal_buffers": "64MB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "default_text_search_config": "pg_catalog.simple",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",  # one file a weekday, so a week is kept
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_file_mode": "0600",
    "log_line_prefix": "%m [%p] ",
}

LEAST_BUFFERS, MOST_BUFFERS = 128, 4096  # MB
# A roster of a million rows writes about 4 GB of log, and a checkpoint begins a little above half of the most; each one lets
# every page be written whole once more.
LEAST_LOG, MOST_LOG = 1024, 8192  # MB


def sized(memory: int, free: int) -> dict[str, str]:
    """Return the settings that follow from the machine: a quarter of its memory holds pages, of its free disk the log.

    Args:
        memory, free: in bytes.
    """
    buffers = min(max(memory // 4 >> 20, LEAST_BUFFERS), MOST_BUFFERS)
    log = min(max(free // 4 >> 20, LEAST_LOG), MOST_LOG)
    return {
        "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{2 * buffers}MB",
        "max_wal_size": f"{log}MB",
    }


def settings_text(*, sockets: Path, log: Path, name: str, changes: Mapping[str, str]) -> str:
    """Return postgresql.conf: the settings above, the places, and the caller's changes (tests switch fsync off)."""
    places = {"unix_socket_directories": str(sockets), "log_directory": str(log), "cluster_name": name}
    whole = SETTINGS | sized(available(), shutil.disk_usage(log).free) | places | dict(changes)
    lines = [f"{key} = {_quoted(value)}" for key, value in whole.items()]
    head = "# Written by Niangjia at every start. Your own settings go into local.conf beside this file."
    return "\n".join([head, *lines, "include_if_exists = 'local.conf'", ""])


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
