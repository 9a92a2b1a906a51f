import pytest

from niangjia.core.statemachine import Machine, NoSuchStep, Step

CHART = Machine(
    Step("submit", "DRAFT", "SUBMITTED", role="applicant"),
    Step("approve", "SUBMITTED", "JOINED", role={"reviewer", "leader"}, clock="joining_decide"),
    Step("return", "SUBMITTED", "DRAFT", role="reviewer"),
    Step("note", "SUBMITTED", "SUBMITTED"),
    name="join request",
)


def test_a_step_leads_where_the_chart_says():
    step = CHART.step("approve", "SUBMITTED")
    assert (step.target, step.clock, step.roles) == ("JOINED", "joining_decide", {"reviewer", "leader"})


@pytest.mark.parametrize(("event", "source"), [("approve", "DRAFT"), ("fly", "DRAFT"), ("approve", "GONE")])
def test_a_step_that_the_chart_lacks_is_refused(event, source):
    with pytest.raises(NoSuchStep):
        CHART.step(event, source)


@pytest.mark.parametrize(
    ("roles", "events"),
    [
        ("reviewer", ("approve", "return", "note")),
        (["leader", "applicant"], ("approve", "note")),
        ((), ("note",)),
        ("view", ("note",)),  # a role is compared as a whole, not by its letters
    ],
)
def test_open_events_depend_on_the_roles_held(roles, events):
    assert CHART.open_to("SUBMITTED", roles) == events


def test_statuses_and_events_come_in_the_charts_order():
    assert CHART.statuses == ("DRAFT", "SUBMITTED", "JOINED")
    assert CHART.events == ("submit", "approve", "return", "note")


def test_two_targets_for_one_event_are_a_mistake_in_the_chart():
    with pytest.raises(ValueError, match="share"):
        Machine(Step("go", "A", "B"), Step("go", "A", "C"))


def test_charts_are_values():
    assert hash(Step("go", "A", "B", role=["x"])) == hash(Step("go", "A", "B", role={"x"}))
    assert Machine(Step("go", "A", "B")) == Machine(Step("go", "A", "B"))
    assert Machine(Step("go", "A", "B")) != Machine(Step("go", "A", "C"))


def test_the_drawing_has_a_start_an_end_and_every_step():
    drawing = Machine(
        Step("submit", "DRAFT", "SUBMITTED", role="applicant"),
        Step("approve", "SUBMITTED", "JOINED", role={"reviewer", "leader"}, clock="joining_decide"),
    ).mermaid()
    assert drawing.splitlines() == [
        "stateDiagram-v2",
        "    [*] --> DRAFT",
        "    DRAFT --> SUBMITTED: submit (applicant)",
        "    SUBMITTED --> JOINED: approve (leader, reviewer), joining_decide",
        "    JOINED --> [*]",
    ]
