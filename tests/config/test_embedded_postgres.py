"""What the embedded PostgreSQL promises to whoever connects, or looks at its files."""

import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest

from niangjia.config.embedded_postgres import Cluster, roles, roles_text
from niangjia.config.embedded_postgres.binaries import choose
from niangjia.config.embedded_postgres.conf import TERSE
from niangjia.config.embedded_postgres.postmaster import read

pytestmark = pytest.mark.database
CANARY = "canary-7Q4X"


def rows(url, statement, *values):
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(statement, values or None).fetchall()


def value(url, statement, *values):
    return rows(url, statement, *values)[0][0]


def mode(path):
    return oct(path.stat().st_mode & 0o777)


def test_the_login_and_the_owner_connect_with_their_passwords(served):
    assert value(served.urls().app, "SELECT current_user") == "niangjia_app"
    assert value(served.urls().owner, "SELECT current_user") == "niangjia_owner"
    assert value(served.urls().owner, "SELECT current_database()") == "niangjia"


def test_a_wrong_password_is_refused(served):
    wrong = re.sub(r":[^:@/]+@", ":wrong@", served.urls().app)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        rows(wrong, "SELECT 1")


def test_no_password_is_refused_and_every_stored_one_is_scram(served):
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        rows(re.sub(r":[^:@/]+@", "@", served.urls().app), "SELECT 1")
    stored = rows(served.superuser_url(), "SELECT rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL")
    assert len(stored) == 3
    assert all(password.startswith("SCRAM-SHA-256$") for (password,) in stored)


def inodes(pid):
    links = [str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()]
    return {found[1] for link in links if (found := re.match(r"socket:\[(\d+)\]", link))}


def test_the_server_does_not_listen_on_tcp(served):
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    lines = [
        line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]
    ]
    unix = {line.split()[6] for line in Path("/proc/net/unix").read_text().splitlines()[1:]}
    held = inodes(read(served.data).pid)
    assert held & unix
    assert not held & {line[9] for line in lines}
    assert value(served.superuser_url(), "SHOW listen_addresses") == ""


def test_only_the_servers_account_enters_the_data_and_the_socket_folder(served):
    sockets = read(served.data).sockets
    assert [mode(served.data), mode(sockets), mode(served.log)] == ["0o700"] * 3
    assert mode(sockets / ".s.PGSQL.5432") == "0o700"
    logs = list(served.log.iterdir())
    assert logs
    assert {mode(each) for each in logs} == {"0o600"}


def test_the_passwords_are_in_a_file_that_only_its_owner_reads(served):
    path = served.folder / "passwords.json"
    assert mode(path) == "0o600"
    assert path.stat().st_uid == os.geteuid()


def test_checksums_utf8_and_one_order_on_every_machine(served):
    assert value(served.superuser_url(), "SHOW data_checksums") == "on"
    query = "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database"
    assert set(rows(served.superuser_url(), query)) == {("UTF8", "C.UTF-8", "C.UTF-8")}


def test_writes_are_safe_by_default(served):
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        assert value(served.superuser_url(), f"SHOW {name}") == "on"


def shown(text):
    return re.fullmatch(r"(-?\d*[a-z]*?)(?:ms|min|s|kB|B)?", text)[1] if text[:1].isdigit() else text


@pytest.mark.parametrize("name", sorted(TERSE))
def test_the_log_is_terse(served, name):
    assert shown(value(served.superuser_url(), f"SHOW {name}")) == TERSE[name]


def provoke(url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE t (v text UNIQUE CHECK (v <> 'x'), n int)")
        for bad in ("INSERT INTO t VALUES (%s, 1), (%s, 2)", "INSERT INTO t VALUES (%s, (%s::text)::int)"):
            with pytest.raises(psycopg.Error, match=CANARY):
                connection.execute(bad, [CANARY, CANARY])
        with pytest.raises(psycopg.Error), connection.cursor().copy("COPY t FROM STDIN") as copy:
            copy.write(f"{CANARY}\tnot a number\n")


def logged(cluster):
    return "".join(each.read_text() for each in cluster.log.iterdir())


def test_an_error_writes_the_row_into_the_log_only_with_stock_settings(cluster):
    cluster.start()
    provoke(cluster.superuser_url())
    cluster.stop()
    careful = logged(cluster)
    stock = {
        "log_error_verbosity": "default",
        "log_min_error_statement": "error",
        "log_min_messages": "warning",
    }
    control = Cluster(cluster.folder, changes=stock)
    control.start()
    provoke(control.superuser_url())
    control.stop()
    assert CANARY not in careful
    assert not re.search("DETAIL|CONTEXT|STATEMENT", careful)
    assert re.search(f"DETAIL:.*{CANARY}", logged(control))


def test_the_roles_are_those_of_the_design(served):
    found = rows(
        served.superuser_url(),
        "SELECT rolname, rolcanlogin, rolinherit, rolcreatedb, rolsuper OR rolcreaterole OR rolbypassrls "
        "FROM pg_roles WHERE rolname LIKE 'niangjia%' ORDER BY 1",
    )
    none = [(name, False, True, False, False) for name in sorted(roles.TAKEN_ON)]
    logins = [("niangjia_app", True, False, False, False), ("niangjia_owner", True, True, True, False)]
    assert found == sorted(none + logins)


def test_the_login_may_take_on_its_five_roles_and_inherits_nothing(served):
    with psycopg.connect(served.urls().app) as connection:
        for role in roles.TAKEN_ON:
            connection.execute(f"SET LOCAL ROLE {role}")
            assert connection.execute("SELECT current_user").fetchone() == (role,)
    query = (
        "SELECT bool_or(pg_has_role('niangjia_app', rolname, 'USAGE')) FROM pg_roles WHERE rolname = ANY(%s)"
    )
    assert value(served.superuser_url(), query, list(roles.TAKEN_ON)) is False


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE t ()", "CREATE TEMP TABLE t ()", "SET ROLE niangjia_owner"]
)
def test_the_login_may_not(served, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(served.urls().app, statement)


def test_the_owner_may_make_the_test_database(served):
    with psycopg.connect(served.urls().owner, autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_niangjia")
        connection.execute("DROP DATABASE test_niangjia")


def test_giving_the_roles_again_changes_nothing(served):
    query = "SELECT rolname, rolcanlogin, rolinherit FROM pg_roles ORDER BY 1"
    before = rows(served.superuser_url(), query), served.urls()
    served.bootstrap()
    assert (rows(served.superuser_url(), query), served.urls()) == before


def test_a_deployers_script_makes_the_same_roles(cluster):
    cluster.start()
    made = _by_script(cluster), _by_script(cluster)
    cluster.bootstrap()
    assert made[0] == made[1] == _state(cluster)
    assert value(_named(cluster, "niangjia_app"), "SELECT current_user") == "niangjia_app"


def _named(cluster, role):
    return {"niangjia_app": cluster.urls().app, "niangjia_owner": cluster.urls().owner}[role]


def _by_script(cluster):
    psql = choose(None).folder / "psql"
    typed = "one\none\ntwo\ntwo\n"  # without a terminal psql reads the passwords from its input
    script = cluster.folder / "roles.sql"
    script.write_text(roles_text())
    command = [psql, "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "-f", script, cluster.superuser_url()]
    done = subprocess.run(
        command, input=typed, capture_output=True, text=True, start_new_session=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return _state(cluster)


def _state(cluster):
    owner = (
        "SELECT datname, pg_get_userbyid(datdba), datacl::text FROM pg_database WHERE datname = 'niangjia'"
    )
    roles_ = "SELECT rolname, rolcanlogin, rolinherit, rolcreatedb FROM pg_roles ORDER BY 1"
    members = "SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members ORDER BY 1, 2"
    return [rows(cluster.superuser_url(), query) for query in (owner, roles_, members)]
