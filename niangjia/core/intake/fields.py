"""The columns of a list: what a page calls each, and how clerks head it; here those of a roster of members."""

from __future__ import annotations

from dataclasses import dataclass

from niangjia.core.words import gettext_noop


@dataclass(frozen=True)
class Field:
    """One column of a list.

    Attributes:
        label: an English msgid.
        headers: how its column is headed; compared after ``headers.plain``, so width, case, spaces, stars and what stands in
            brackets do not matter.
        is_needed: whether a list without such a column is none of its kind.
    """

    name: str
    label: str
    headers: tuple[str, ...]
    is_needed: bool = False


MEMBERS = (
    Field(
        "name",
        gettext_noop("Name"),
        ("姓名", "名字", "名称姓名", "成员姓名", "name", "full name", "member", "member name"),
        is_needed=True,
    ),
    Field(
        "id_number",
        gettext_noop("Document number"),
        (
            "身份证号码", "身份证号", "身份证", "公民身份号码", "公民身份证号码", "居民身份证号码", "居民身份证号", "证件号码",
            "证件号", "有效证件号码", "身份号码", "身份证件号码", "身份证件号", "二代身份证号",
            "id", "id number", "id no", "id card", "id card number", "identity number", "citizen id",
        ),
        is_needed=True,
    ),
    Field(
        "id_kind",
        gettext_noop("Kind of document"),
        ("证件类型", "证件类别", "证件种类", "有效证件类别", "身份证件类型", "id kind", "id type", "document", "document type"),
    ),
    Field(
        "phone",
        gettext_noop("Mobile phone"),
        (
            "手机号码", "手机号", "手机", "移动电话", "移动电话号码", "联系电话", "联系方式", "电话", "电话号码", "联系手机",
            "本人电话", "mobile", "mobile phone", "phone", "phone number", "mobile number", "telephone", "cell phone",
        ),
    ),
    Field("sex", gettext_noop("Sex"), ("性别", "sex", "gender")),
    Field("ethnic", gettext_noop("Ethnic group"), ("民族", "族别", "ethnic", "ethnic group", "ethnicity", "nationality")),
    Field(
        "born_on",
        gettext_noop("Birth date"),
        ("出生日期", "出生年月日", "出生年月", "出生时间", "生日", "born", "born on", "birth date", "date of birth", "birthday"),
    ),
    Field(
        "employer",
        gettext_noop("Employer"),
        (
            "单位名称", "工作单位", "用人单位", "所在单位", "单位", "单位全称", "用人单位名称", "工作单位名称", "企业名称",
            "公司名称", "就业单位", "employer", "employer name", "company", "work unit",
        ),
    ),
    Field(
        "employer_code",
        gettext_noop("Employer's credit code"),
        (
            "统一社会信用代码", "社会信用代码", "信用代码", "单位统一社会信用代码", "单位信用代码", "单位社会信用代码",
            "用人单位统一社会信用代码", "企业统一社会信用代码", "employer code", "credit code", "unified social credit code",
            "employer credit code",
        ),
    ),
    Field(
        "union",
        gettext_noop("Union of the member"),
        (
            "所属工会", "工会名称", "所在工会", "所属基层工会", "基层工会", "基层工会名称", "所属工会名称", "工会", "工会组织",
            "所属工会组织", "工会组织名称", "所在基层工会", "union", "trade union", "union name",
        ),
    ),
    Field(
        "union_code",
        gettext_noop("Union's credit code"),
        (
            "工会统一社会信用代码", "工会信用代码", "工会社会信用代码", "工会代码", "所属工会统一社会信用代码", "基层工会统一社会信用代码",
            "工会组织统一社会信用代码", "union code", "union credit code",
        ),
    ),
    Field(
        "group",
        gettext_noop("Group of workers"),
        (
            "群体类别", "职业群体", "所属群体", "新就业形态群体类别", "新就业形态群体", "群体", "群体类型", "就业群体", "职业类别",
            "所属群体类别", "八大群体", "group", "worker group", "group of workers", "occupation",
        ),
    ),
    Field(
        "joined_on",
        gettext_noop("Joined on"),
        ("入会日期", "入会时间", "加入工会时间", "加入工会日期", "入会年月日", "joined", "joined on", "date joined", "join date"),
    ),
    Field(
        "region",
        gettext_noop("Region"),
        (
            "行政区划", "行政区划代码", "所在区划", "所属区划", "所在地区", "地区", "区域", "单位所在政区", "所在区县", "县区", "区县",
            "所在县区", "region", "county", "division", "region code",
        ),
    ),
    Field("education", gettext_noop("Education"), ("学历", "文化程度", "最高学历", "受教育程度", "education", "schooling")),
    Field(
        "work_status",
        gettext_noop("Work status"),
        ("就业状况", "就业状态", "在岗状态", "就业情况", "work status", "employment status"),
    ),
    Field(
        "household",
        gettext_noop("Household registration"),
        ("户籍类型", "户口性质", "户籍性质", "户口类型", "户籍", "户口", "户籍类别", "household", "hukou", "household registration"),
    ),
)  # fmt: skip
BY_NAME = {field.name: field for field in MEMBERS}
