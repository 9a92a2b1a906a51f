import pickle

import pytest

from niangjia.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from niangjia.core.statemachine import NoSuchStep


class TooMany(Invalid):
    code = "too_many"
    message = "%(count)s rows are too many: at most %(most)s."


def test_the_sentence_is_filled_with_the_parameters():
    assert str(TooMany(count=7, most=5)) == "7 rows are too many: at most 5."


def test_a_missing_parameter_shows_where_the_refusal_is_made():
    with pytest.raises(KeyError, match="most"):
        TooMany(count=7)


def test_the_representation_in_a_log_holds_no_parameter():
    assert repr(TooMany(count=7, most=5)) == "TooMany()"


def test_a_refusal_survives_the_way_from_a_child_process():
    copy = pickle.loads(pickle.dumps(TooMany(count=7, most=5)))
    assert (type(copy), copy.params) == (TooMany, {"count": 7, "most": 5})


def test_families_and_refusals_have_codes_of_their_own():
    classes = [Refusal, Invalid, NotAllowed, NotFound, Conflict, NoSuchStep]
    assert len({cls.code for cls in classes}) == len(classes)
    assert issubclass(NoSuchStep, Conflict)
