from niangjia.core.roles import DATABASE_ROLE, Role


def test_every_role_has_a_place_in_the_database():
    assert set(DATABASE_ROLE) == set(Role)


def test_administrators_of_system_and_security_see_no_scoped_table():
    assert DATABASE_ROLE[Role.SYSTEM_ADMIN] is None
    assert DATABASE_ROLE[Role.SECURITY_ADMIN] is None


def test_who_takes_on_what():
    taken = {}
    for role, name in DATABASE_ROLE.items():
        taken.setdefault(name, set()).add(role.value)
    assert taken["niangjia_worker"] == {"applicant", "member"}
    assert taken["niangjia_office"] == {"organiser", "reviewer", "clerk", "leader", "case_officer"}
    assert taken["niangjia_audit"] == {"auditor", "audit_admin"}
    assert taken["niangjia_system"] == {"system"}
