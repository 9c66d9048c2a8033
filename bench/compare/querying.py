"""The part `querying`: lists of many contacts, against PostgreSQL with the same contacts as JSONB and the same indexes.

Each query is sent over one connection, again and again, with values drawn at random: by wrk to us, over HTTP and with
the exact total that our lists have; by pgbench, prepared, to PostgreSQL, as rows.
"""

import json
import random
import shutil
from urllib.parse import quote

from compare.http import wrk
from compare.postgres import Postgres
from compare.processes import Failed, run
from compare.results import OURS, POSTGRES

SECONDS = 3
CACHE = "1GB"  # as much as PostgreSQL has
PAGE = 50
DEEP_PAGE = 5_000
CHECKED = 20  # lists of each kind that are compared, before any is timed
CITIES = 1_000
WORDS = ["Ada", "Bruno", "Chloe", "Dmitri", "Elif", "Farah", "Goran", "Hana", "Ivo", "Kofi", "Lucia", "Mina", "Noor",
         "Oskar", "Priya", "Quinn", "Rosa", "Sven", "Tomoko", "Uma"]
SURNAMES = 2_000

BY_ID = "Contact by id"
WHERE = "Where on an indexed attribute, 50 rows"
DEEP = "Page 5,000 of the list, by keyset"
SEARCH = "Search by the beginnings of two words"
COUNT = "Exact count with a where"

INDEXES = """
CREATE INDEX people_city ON people ((state->'fields'->>'city'), id);
CREATE INDEX people_words ON people USING gin (to_tsvector('simple', state->'fields'->>'name'));
VACUUM ANALYZE people;
"""


class Querying:
    def __init__(self, setup, results, contacts):
        self.setup, self.results, self.contacts = setup, results, contacts
        self.postgres = Postgres(setup.postgres_directory, setup.work)
        self.random = random.Random(1)
        self.deep_rows = min(PAGE * DEEP_PAGE, contacts // 2)

    def run(self):
        with self.setup.engine("lists", cache=CACHE).start() as engine:
            engine.wait_serving()
            self.fill_ours(engine)
            with self.postgres.start():
                self.fill_postgres(engine)
                for number in range(1, self.setup.rounds + 1):
                    print(f"querying, round {number} of {self.setup.rounds}", flush=True)
                    self.round(engine)
        shutil.rmtree(engine.directory)

    def fill_ours(self, engine):
        declared = engine.client.call("POST", "/api/v1/crm/objects/object-field", json.dumps(
            {"object": "contact", "key": "city", "type": "text", "indexed": True}))
        if declared[0] not in (200, 201):
            raise Failed(f"the attribute is not declared: {declared}")
        file = self.setup.work / "people.ndjson"
        with open(file, "w") as out:
            for contact in range(1, self.contacts + 1):
                out.write(json.dumps(self.event(contact)) + "\n")
        engine.publish(file)
        file.unlink()
        engine.wait_folded(self.contacts)

    def event(self, contact):
        name = f"{self.random.choice(WORDS)} Family{self.random.randrange(SURNAMES):04}"
        second = contact // 100
        time = f"2025-01-{1 + second // 86400:02}T{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}.000Z"
        return {"specversion": "1.0", "id": f"people-{contact}", "source": "crm", "type": "contact.created",
                "subject": f"contact/{contact}", "time": time,
                "data": {"fields": {"name": name, "email": f"person.{contact}@mail.example",
                                    "phone": f"+1 555 {1000000 + contact}", "city": self.city()},
                         "client": {"clientType": "web"}, "tags": ["newsletter"]}}

    def city(self):
        return f"City {self.random.randrange(CITIES):03}"

    def beginnings(self):
        return f"{self.random.choice(WORDS)[:3]} family{self.random.randrange(SURNAMES // 10):03}"

    def fill_postgres(self, engine):
        """Our contacts, as our API shows them."""
        file = self.setup.work / "people.copy"
        with open(file, "w") as out:
            for contact in engine.contacts():
                text = json.dumps(contact, ensure_ascii=False).replace("\\", "\\\\")
                out.write(f"{contact['id']}\t{text}\n")
        self.postgres.sql("CREATE TABLE people (id bigint PRIMARY KEY, state jsonb NOT NULL)")
        with open(file) as rows:
            run([*self.postgres.psql(), "-c", "COPY people FROM STDIN"], stdin=rows)
        file.unlink()
        for statement in INDEXES.strip().split("\n"):
            self.postgres.sql(statement)

    def deep_cursor(self, engine):
        """Of the deep page, and the id it is behind. Walked anew in each round: a cursor is kept for some minutes."""
        cursor, left = "", self.deep_rows
        while left > 0:
            size = min(500, left)
            page = engine.client.json(f"/v1/contacts?limit={size}{cursor and '&cursor='}{cursor}")
            cursor, left = page["next"], left - size
        return cursor, page["items"][-1]["id"]

    def round(self, engine):
        ids = [self.random.randrange(1, self.contacts + 1) for _ in range(5_000)]
        cities = [self.city() for _ in range(500)]
        searches = [self.beginnings() for _ in range(500)]
        cursor, behind = self.deep_cursor(engine)
        deep = [f"/v1/contacts?limit={PAGE}&cursor={cursor}"]
        self.check(engine, behind, ids, cities, searches, deep[0])
        city = f"\\set n random(0, {CITIES - 1})\n"
        of_city = "state->'fields'->>'city' = 'City ' || lpad((:n)::text, 3, '0')"
        first = f"lower(left(('{{{','.join(WORDS)}}}'::text[])[:w + 1], 3))"
        words = (f"\\set w random(0, {len(WORDS) - 1})\n\\set n random(0, {SURNAMES // 10 - 1})\n"
                 f"SELECT state FROM people WHERE to_tsvector('simple', state->'fields'->>'name') @@ to_tsquery("
                 f"'simple', {first} || ':* & family' || lpad((:n)::text, 3, '0') || ':*') ORDER BY id LIMIT {PAGE};")
        rows = f"SELECT state FROM people %s ORDER BY id LIMIT {PAGE}"
        # Of all that there are, as the peer draws them: an answer that was given before is kept, and costs next to nothing.
        every_city = [f"City {n:03}" for n in range(CITIES)]
        every_search = [f"{word[:3]} family{n:03}" for word in WORDS for n in range(SURNAMES // 10)]
        self.compare(engine, BY_ID, [f"/v1/contacts/{i}" for i in range(1, self.contacts + 1)],
                     f"\\set id random(1, {self.contacts})\nSELECT state FROM people WHERE id = :id;")
        self.compare(engine, WHERE, [self.list_path(city=c) for c in every_city],
                     f"{city}{rows % f'WHERE {of_city}'};")
        self.compare(engine, DEEP, deep, f"{rows % f'WHERE id > {behind}'};")
        self.compare(engine, SEARCH, [self.list_path(search=s) for s in every_search], words)
        self.compare(engine, COUNT, [self.list_path(limit=1, city=c) for c in every_city],
                     f"{city}SELECT count(*) FROM people WHERE {of_city};")

    @staticmethod
    def list_path(limit=PAGE, city=None, search=None):
        what = f"where={quote(f'fields.city|eq|{city}')}" if city else f"search={quote(search)}"
        return f"/v1/contacts?limit={limit}&{what}"

    def compare(self, engine, title, paths, script):
        file = self.setup.work / "paths"
        file.write_text("".join(path + "\n" for path in paths))
        ours = wrk(engine.port, file, SECONDS, 1, 1, engine.key)
        if ours["failed"]:
            raise Failed(f"{title}: {ours['failed']} requests failed")
        theirs = self.postgres.pgbench(script, SECONDS, self.setup.work)
        for percentile in ("p50", "p99"):
            for who, measured in ((OURS, ours), (POSTGRES, theirs)):
                self.results.add(f"{title}, {percentile}", "ms", who, measured[f"{percentile}_ms"], less_is_better=True)

    def check(self, engine, behind, ids, cities, searches, deep):
        """Both sides find the same contacts, and count the same."""
        for contact in ids[:CHECKED]:
            ours = engine.client.json(f"/v1/contacts/{contact}")
            if ours != json.loads(self.postgres.sql(f"SELECT state FROM people WHERE id = {contact}")):
                raise Failed(f"contact {contact} is another in PostgreSQL")
        self.check_list(engine, deep, f"id > {behind}", counted=False)
        for city in cities[:CHECKED]:
            self.check_list(engine, self.list_path(city=city), f"state->'fields'->>'city' = '{city}'")
        for search in searches[:CHECKED]:
            first, second = search.lower().split()
            self.check_list(engine, self.list_path(search=search), "to_tsvector('simple', state->'fields'->>'name') @@ "
                            f"to_tsquery('simple', '{first}:* & {second}:*')")

    def check_list(self, engine, path, where, counted=True):
        page = engine.client.json(path)
        ours = [contact["id"] for contact in page["items"]]
        theirs = self.postgres.sql(f"SELECT id FROM people WHERE {where} ORDER BY id LIMIT {PAGE}").split()
        if ours != list(map(int, theirs)):
            raise Failed(f"{path} is {ours[:5]}... with us, {theirs[:5]}... in PostgreSQL")
        if counted and page["total"] != int(self.postgres.sql(f"SELECT count(*) FROM people WHERE {where}")):
            raise Failed(f"{path}: the counts differ")
