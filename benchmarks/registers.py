"""A register of millions who have nothing to do with what is measured: its tables and indexes have the size of a province's.

Filled by the server itself, as the owner: made-up names and dates, random tokens, and in the place of the sealed message as
many random bytes. Secondary indexes are made when the rows are in. Without results and audit of the rosters that they would
have come by: these tables grow at their end, whatever is in them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from niangjia.config.embedded_postgres import Cluster

TABLES = ("registry_person", "registry_identitytoken", "registry_membership", "registry_delta")
SECONDARY = """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
    WHERE i.indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)"""
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国文辉力永健世广志义兴良海山仁波宁贵福生龙元全胜学祥才发武新利清飞彬富顺信子昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘"
NOBODY = """CREATE UNLOGGED TABLE benchmark_nobody AS
    SELECT uuidv7(interval '-400 days' + n * interval '1 second') AS id, o.id AS organisation_id, o.path, o.line_path,
        o.region_id,
        substr(%(surnames)s, 1 + n %% length(%(surnames)s), 1) || substr(%(given)s, 1 + n / 7 %% length(%(given)s), 1)
            || substr(%(given)s, 1 + n / 977 %% length(%(given)s), 1) AS name,
        date '1960-01-01' + (n::int8 * 7919 %% 16000)::int AS birth_on, (ARRAY['courier', 'enterprise', 'migrant'])[1 + n %% 3] AS "group",
        date '2015-01-01' + (n::int8 * 104729 %% 4000)::int AS joined_on, n
    FROM generate_series(1, %(persons)s) n JOIN benchmark_unions o ON o.place = n %% (SELECT count(*) FROM benchmark_unions)"""
UNIONS = """CREATE UNLOGGED TABLE benchmark_unions AS SELECT o.*, row_number() OVER (ORDER BY path) - 1 AS place
    FROM (SELECT o.id, o.path, l.path AS line_path, o.region_id FROM registry_organisation o
        LEFT JOIN registry_organisation l ON l.id = o.line_id
        WHERE NOT EXISTS (SELECT FROM registry_organisation b WHERE b.path LIKE o.path || '_%%')) o"""
PERSONS = """INSERT INTO registry_person (id, organisation_id, path, line_path, name, name_key, id_kind, sex, birth_on, "group",
    ethnic, education, work_status, hukou, region_id, first_joined_on, secrets, secrets_print, checked_by, created_at,
    changed_at)
    SELECT id, organisation_id, path, line_path, name, name, 'citizen', '1', birth_on, "group", '01', '', '', '', region_id,
        joined_on, substr(decode(repeat(md5(n::text), 8), 'hex'), 1, 121), md5('print' || n)::uuid, '', now(), now()
    FROM benchmark_nobody"""
TOKENS = """INSERT INTO registry_identitytoken (person_id, place, number_token, number_version, phone_token, phone_version,
    name_birth) SELECT id, 0, md5('number' || n)::uuid, 1, md5('phone' || n)::uuid, 1, registry_name_birth(name, birth_on)
    FROM benchmark_nobody"""
SPELLS = """INSERT INTO registry_membership (id, person_id, organisation_id, path, line_path, kind, status, name_then, "group",
    region_code, from_on, channel, end_reason, opened_at)
    SELECT uuidv7(interval '-400 days' + n * interval '1 second'), id, organisation_id, path, line_path, 'primary', 'active',
        name, "group", coalesce(region_id, ''), joined_on, 'roster', '', now() FROM benchmark_nobody"""
DELTAS = """INSERT INTO registry_delta (measure, organisation_id, path, line_path, region_code, day, source, "group", n)
    SELECT 'members', organisation_id, path, line_path, coalesce(region_id, ''), joined_on,
        '00000000-0000-0000-0000-000000000000', "group", count(*)
    FROM benchmark_nobody GROUP BY organisation_id, path, line_path, region_id, joined_on, "group" """


def fill(cluster: Cluster, persons: int) -> None:
    """Add ``persons`` members to the unions at the ends of the tree."""
    said = {"persons": persons, "surnames": SURNAMES, "given": GIVEN}
    with psycopg.connect(cluster.superuser_url("niangjia"), autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute("SET work_mem = '256MB'")
        connection.execute(UNIONS.replace("%%", "%"))
        with without_secondary_indexes(connection, TABLES):
            connection.execute(NOBODY, said)
            for statement in (PERSONS, TOKENS, SPELLS, DELTAS):
                connection.execute(statement)
        connection.execute("DROP TABLE benchmark_nobody, benchmark_unions")
        connection.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")
        connection.execute("CHECKPOINT")


def copied(cluster: Cluster, name: str) -> str:
    """Copy the database with its register, and return the name of the copy."""
    name = f"niangjia_{name}"
    with psycopg.connect(cluster.superuser_url("postgres"), autocommit=True) as connection:
        connection.execute(
            f"CREATE DATABASE {name} TEMPLATE niangjia OWNER niangjia_owner STRATEGY file_copy"
        )
        connection.execute(f"GRANT CONNECT ON DATABASE {name} TO niangjia_app")
    os.sync()  # what the copying has left to be written would be written while ours is measured
    return name


def drop(cluster: Cluster, name: str) -> None:
    """Remove a copy."""
    with psycopg.connect(cluster.superuser_url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


class without_secondary_indexes:
    """Leave the secondary indexes of some tables away while the block fills them, and make them again at its end."""

    def __init__(self, connection: psycopg.Connection[Any], tables: tuple[str, ...]) -> None:
        self._connection, self._tables = connection, list(tables)

    def __enter__(self) -> None:
        """Drop them."""
        self._found = self._connection.execute(SECONDARY, [self._tables]).fetchall()
        for name, _ in self._found:
            self._connection.execute(f"DROP INDEX {name}")

    def __exit__(self, *_: object) -> None:
        """Make them again."""
        for _, definition in self._found:
            self._connection.execute(definition)
