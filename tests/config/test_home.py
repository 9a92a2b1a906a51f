"""The folder of an installation: modes, and keys that are made once."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from niangjia.config.errors import CannotRun
from niangjia.config.home import PRIVATE, Home


def mode(path):
    return path.stat().st_mode & 0o777


def test_the_folders_are_closed_to_others(tmp_path):
    home = Home(tmp_path / "home")
    home.prepare()
    assert {mode(home.path / name) for name in PRIVATE} == {0o700}
    assert {mode(each) for each in (home.path, home.log, home.postgres)} == {
        0o711 if os.geteuid() == 0 else 0o700
    }


def test_a_folder_that_holds_other_things_keeps_its_mode(tmp_path):
    (tmp_path / "something").touch()
    tmp_path.chmod(0o755)
    Home(tmp_path).prepare()
    assert mode(tmp_path) == 0o755


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "keys").touch()
    with pytest.raises(CannotRun, match="keys is in the way"):
        Home(tmp_path).prepare()


def test_the_secret_key_is_made_once_and_is_private(tmp_path):
    home = Home(tmp_path)
    first = home.secret_key()
    assert len(first) >= 50
    assert home.secret_key() == first
    assert mode(home.keys / "secret_key") == 0o600
    assert Home(tmp_path / "other").secret_key() != first


@pytest.mark.parametrize("kept", ["postgres/data/PG_VERSION", "files/some", "anchors/head"])
def test_a_lost_key_is_not_made_anew_over_data(tmp_path, kept):
    home = Home(tmp_path)
    home.secret_key()
    (tmp_path / kept).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / kept).touch()
    (home.keys / "secret_key").unlink()
    with pytest.raises(CannotRun, match=r"secret_key is missing, but .* holds data that belongs to it"):
        home.secret_key()
    assert not list(home.keys.iterdir())


def test_of_many_first_starts_at_once_all_get_the_same_key(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: Home(tmp_path).secret_key(), range(64)))
    assert len(keys) == 1
    assert [each.name for each in Home(tmp_path).keys.iterdir()] == ["secret_key"]


def test_a_start_empties_tmp_and_nothing_else(tmp_path):
    home = Home(tmp_path)
    home.prepare()
    (home.tmp / "upload").mkdir()
    (home.tmp / "upload" / "part").touch()
    (home.tmp / "outside").symlink_to(home.keys)
    home.secret_key()
    home.empty_tmp()
    assert not list(home.tmp.iterdir())
    assert (home.keys / "secret_key").exists()


def test_whoever_comes_second_is_told_who_was_first(tmp_path):
    home = Home(tmp_path)
    lock = home.lock()
    with pytest.raises(CannotRun, match=rf"already runs in .* \(process {os.getpid()}\)"):
        home.lock()
    lock.release()
    home.lock().release()
