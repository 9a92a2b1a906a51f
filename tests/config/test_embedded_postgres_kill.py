"""The embedded PostgreSQL after kills, on damaged folders, beside another one, and as another user."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from niangjia.config.embedded_postgres import Cluster, ClusterError, account, binaries, postmaster, serving
from niangjia.config.embedded_postgres import cluster as cluster_module
from niangjia.config.embedded_postgres.serving import UNSAFE_BUT_FAST

pytestmark = [pytest.mark.database, pytest.mark.kill]
ROOT = Path(__file__).parents[2]
PYTHONPATH = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
SUPERVISOR = """
import signal, sys, pathlib
from niangjia.config.embedded_postgres import Cluster
cluster = Cluster(pathlib.Path(sys.argv[1]))
getattr(cluster, sys.argv[2])()
print("up", flush=True)
signal.pause()
"""


def supervisor(folder, act):
    command = [sys.executable, "-c", SUPERVISOR, folder, act]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": PYTHONPATH}
    )


def kill(process):
    process.kill()
    process.wait()
    process.stdout.close()


def only_as_root():
    if os.geteuid() != 0:
        pytest.skip("not run: needs root, to show what Niangjia does when root starts it")


def count(cluster):
    with psycopg.connect(cluster.superuser_url()) as connection:
        return connection.execute("SELECT count(*) FROM kept").fetchone()[0]


def test_after_a_kill_of_every_process_it_starts_within_ten_seconds_with_what_was_committed(
    postgresql, folder
):
    cluster = Cluster(folder / "postgres")
    cluster.start()
    with psycopg.connect(cluster.superuser_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000)")
    killed(cluster)
    began = time.monotonic()
    again = Cluster(folder / "postgres")
    again.start()
    assert time.monotonic() - began < 10
    assert count(again) == 1000
    again.stop()


class Attached:
    """The shared memory of a running server, held by this process as one that was killed and is not quite gone holds it."""

    def __init__(self, cluster):
        line = (cluster.data / "postmaster.pid").read_text().splitlines()[6]
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.shmat.restype = ctypes.c_void_p
        self.at = self.libc.shmat(int(line.split()[1]), None, 0)
        assert self.at != ctypes.c_void_p(-1).value, os.strerror(ctypes.get_errno())

    def let_go(self):
        self.libc.shmdt(ctypes.c_void_p(self.at))


def killed(cluster):
    for pid in cluster.processes():
        with suppress(ProcessLookupError):  # of a connection that has just ended
            os.kill(pid, signal.SIGKILL)
    assert postmaster.wait_until(cluster.has_ended, 5)
    cluster.stop()


def test_a_start_waits_until_a_killed_process_has_given_its_memory_back(cluster, monkeypatch):
    cluster.start()
    held = Attached(cluster)
    killed(cluster)
    tries = []
    comes_up = cluster._comes_up

    def counted(*args):
        if len(tries) == 4:
            held.let_go()
        tries.append(comes_up(*args))
        return tries[-1]

    monkeypatch.setattr(cluster, "_comes_up", counted)
    cluster.start()
    assert tries == [False] * 4 + [True]


@pytest.mark.parametrize(("seconds", "is_said"), [(0.0, True), (60.0, False)])
def test_a_start_that_takes_long_says_what_it_may_be_waiting_for(
    cluster, monkeypatch, caplog, seconds, is_said
):
    monkeypatch.setattr(cluster_module, "TELL_SECONDS", seconds)
    cluster.start()
    assert ("replays its log" in caplog.text) is is_said and cluster.is_running()


def test_a_process_that_never_gives_it_back_is_not_waited_for_for_ever(cluster, monkeypatch):
    cluster.start()
    held = Attached(cluster)
    killed(cluster)
    monkeypatch.setattr(cluster_module, "REMAINS_SECONDS", 1.0)
    with pytest.raises(ClusterError, match=r"start\.log"):
        cluster.start()
    assert cluster_module.REMAINS in (cluster.folder / "start.log").read_bytes()
    held.let_go()


def test_what_a_killed_supervisor_left_ends_by_itself_and_the_next_start_is_clean(cluster):
    process = supervisor(cluster.folder, "start")
    assert process.stdout.readline() == b"up\n"
    assert cluster.is_running()
    kill(process)
    cluster.start()
    cluster.stop()
    assert cluster.processes() == []


def test_a_server_that_outlived_its_supervisor_is_stopped_first(cluster):
    cluster.start()
    orphan = postmaster.read(cluster.data).pid
    cluster._lock.release()  # as if this process had been killed, and the kernel's signal had not come
    again = Cluster(cluster.folder, changes=UNSAFE_BUT_FAST)
    again.start()
    assert postmaster.read(again.data).pid != orphan
    assert cluster.has_ended()
    again.stop()


def test_the_pid_of_a_stranger_in_the_pid_file_is_no_obstacle(cluster):
    cluster.start()
    lines = (cluster.data / "postmaster.pid").read_text()
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines.splitlines()[1:], ""]))
    assert not cluster.is_running()
    cluster.start()
    assert cluster.is_running()


def test_a_kill_while_the_folder_is_made_leaves_nothing_in_the_way(cluster):
    process = supervisor(cluster.folder, "create")
    assert postmaster.wait_until(lambda: any(cluster.folder.glob("data.new-*/data/PG_VERSION")), 20)
    kill(process)
    assert not cluster.data.exists()
    cluster.start()
    assert cluster.is_running()
    assert sorted(each.name for each in cluster.folder.glob("data*")) == ["data"]


def test_a_folder_of_another_version_is_refused_with_the_way_to_move(cluster):
    cluster.create()
    (cluster.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(ClusterError, match=r"made by PostgreSQL 14, and here there is .*pg_dump.*pg_restore"):
        cluster.start()


def test_the_version_that_made_the_folder_serves_it(cluster, postgresql, monkeypatch):
    cluster.create()
    monkeypatch.delenv("NIANGJIA_PG")
    made_by = int((cluster.data / "PG_VERSION").read_text())
    assert binaries.choose(made_by).source == postgresql


def test_a_wrong_choice_of_postgresql_is_refused(monkeypatch):
    with pytest.raises(ClusterError, match="may be debian, wheel, or empty"):
        binaries.choose(None, "oracle")
    monkeypatch.setattr(binaries, "DEBIAN", Path("/nowhere"))
    with pytest.raises(ClusterError, match=r"No PostgreSQL 15 or newer was found.*DATABASE_URL"):
        binaries.choose(None, "debian")


@pytest.mark.parametrize("part", ["PG_VERSION", "global/pg_control", "base"])
def test_a_folder_with_a_part_missing_is_refused(cluster, part):
    cluster.create()
    (cluster.data / part).rename(cluster.folder / "aside")
    with pytest.raises(ClusterError, match=f"not a whole PostgreSQL data folder: {part} is missing"):
        cluster.start()


def test_a_damaged_folder_is_refused_with_the_place_of_the_log(cluster):
    cluster.create()
    (cluster.data / "global" / "pg_control").write_bytes(b"\0" * 8192)
    with pytest.raises(ClusterError, match=r"did not start.*Why stands in .*log.*restore your latest backup"):
        cluster.start()
    assert cluster.processes() == []


def test_lost_passwords_are_not_made_anew(cluster):
    cluster.create()
    (cluster.folder / "passwords.json").unlink()
    with pytest.raises(ClusterError, match=r"passwords in .* are missing"):
        cluster.start()


def test_a_second_supervisor_is_told_and_may_attach(cluster):
    with pytest.raises(ClusterError, match="No database runs in"):
        cluster.attach()
    process = supervisor(cluster.folder, "start")
    assert process.stdout.readline() == b"up\n"
    with pytest.raises(ClusterError, match=f"Another Niangjia .process {process.pid}. already serves"):
        cluster.start()
    with psycopg.connect(cluster.attach().superuser_url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    kill(process)


def test_serving_attaches_to_what_runs_and_else_starts_and_stops(postgresql, folder):
    with serving(folder) as first, serving(folder) as second:
        assert first == second
        with psycopg.connect(second.app) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("niangjia_app",)
    assert not Cluster(folder / "postgres").is_running()


def test_a_long_path_is_no_obstacle(postgresql, folder, monkeypatch):
    long = folder / ("folder with a long name " * 5) / ("和中文 " * 20)
    long.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    cluster = Cluster(long / "postgres", changes=UNSAFE_BUT_FAST)
    cluster.start()
    cluster.bootstrap()
    assert len(str(postmaster.read(cluster.data).sockets)) < 100
    psycopg.connect(cluster.urls().app).close()
    cluster.stop()


def test_a_strangers_socket_folder_is_not_used(cluster):
    only_as_root()
    squatted = Path(tempfile.gettempdir()) / cluster.name
    squatted.mkdir()
    os.chown(squatted, 12345, 12345)
    with pytest.raises(ClusterError, match="belongs to somebody else"):
        cluster.start()
    squatted.rmdir()


def test_as_root_the_server_runs_as_another_account(cluster):
    only_as_root()
    cluster.start()
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in cluster.processes()}
    assert owners == {cluster.data.stat().st_uid} != {0}


def test_as_root_a_home_that_the_account_may_not_enter_is_refused(postgresql, folder):
    only_as_root()
    folder.chmod(0o700)
    with pytest.raises(ClusterError, match=f"may not enter {folder}. Set NIANGJIA_HOME"):
        Cluster(folder / "postgres").start()


def test_as_root_programs_in_a_closed_folder_are_copied(folder, monkeypatch):
    only_as_root()
    [wheel] = binaries._from_wheel()
    package = wheel.folder.parents[1]
    for each in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(each, folder / "closed" / each.name, symlinks=True)
    (folder / "closed").chmod(0o700)
    hidden = replace(wheel, folder=folder / "closed" / package.name / wheel.folder.relative_to(package))
    monkeypatch.setattr(cluster_module, "choose", lambda made_by: hidden)
    cluster = Cluster(folder / "postgres", changes=UNSAFE_BUT_FAST)
    cluster.start()
    running = Path(f"/proc/{postmaster.read(cluster.data).pid}/exe").readlink()
    cluster.stop()
    assert folder / "postgres" in running.parents


def test_as_root_without_an_account_postgres_nobody_serves(cluster, monkeypatch):
    only_as_root()
    monkeypatch.setattr(account, "LENT", ("no-such-account", "nobody"))
    cluster.start()
    assert cluster.data.owner() == "nobody"
    monkeypatch.setattr(account, "LENT", ("no-such-account",))
    with pytest.raises(ClusterError, match="neither an account postgres nor nobody"):
        Cluster(cluster.folder.parent / "other").start()


def interpreter_for_everybody():
    """Return a Python of our version that ``nobody`` may run, None where there is none."""
    nobody = account._named("nobody")
    lent = account.Account(nobody.pw_uid, nobody.pw_gid, nobody.pw_name, lent=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidates = [
        Path(sys.executable).resolve(),
        Path("/usr/bin") / version,
        Path("/usr/local/bin") / version,
    ]
    return next((each for each in candidates if each.exists() and lent.may_pass(each.resolve().parent)), None)


def test_all_of_this_as_a_normal_user():
    if os.geteuid() != 0:
        return  # this whole run is one already
    python = interpreter_for_everybody()
    if python is None:
        pytest.skip("not run: no Python of this version that the account nobody may run")
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o777)
        files = [str(each) for each in sorted(Path(__file__).parent.glob("test_embedded_postgres*.py"))]
        options = [
            "-q",
            "-rs",
            "-p",
            "no:django",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:randomly",
            f"--rootdir={ROOT}",
        ]
        done = subprocess.run(
            [python, "-m", "pytest", *options, f"--basetemp={home}/basetemp", *files],
            cwd=ROOT,
            env={
                "PYTHONPATH": PYTHONPATH,
                "PATH": os.environ["PATH"],
            }
            | {"HOME": home, "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"},
            user="nobody",
            group=account._named("nobody").pw_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
