"""The tables of the store, version by version.

Each version is a list of statements; a store is brought to the newest in one transaction. A version
that was released is never edited: what changes is a further one. The statements are those that
SQLite and PostgreSQL both understand, but for `{id}`: a number that the database gives out.
"""

IDS = {"sqlite": "INTEGER PRIMARY KEY", "postgres": "BIGSERIAL PRIMARY KEY"}

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE advisor_ruleset (
            digest TEXT PRIMARY KEY,
            rules TEXT NOT NULL
        )""",
        """CREATE TABLE advisor_run (
            id {id},
            shop TEXT NOT NULL,
            day TEXT NOT NULL,
            first TEXT,
            last TEXT,
            chosen BIGINT NOT NULL,
            version TEXT NOT NULL,
            ruleset TEXT NOT NULL,
            config TEXT NOT NULL,
            inputs TEXT NOT NULL,
            currency TEXT,
            digest TEXT NOT NULL
        )""",
        "CREATE INDEX advisor_run_by_day ON advisor_run (shop, day)",
        """CREATE TABLE advisor_finding (
            run BIGINT NOT NULL,
            id TEXT NOT NULL,
            rule TEXT NOT NULL,
            severity TEXT NOT NULL,
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            name TEXT NOT NULL,
            state TEXT NOT NULL,
            metric TEXT,
            value DOUBLE PRECISION,
            low DOUBLE PRECISION,
            high DOUBLE PRECISION,
            target DOUBLE PRECISION,
            worse BIGINT NOT NULL,
            stake DOUBLE PRECISION,
            opened TEXT NOT NULL,
            PRIMARY KEY (run, id)
        )""",
        "CREATE INDEX advisor_finding_by_id ON advisor_finding (id)",
        """CREATE TABLE advisor_action (
            run BIGINT NOT NULL,
            id TEXT NOT NULL,
            rank BIGINT NOT NULL,
            rule TEXT NOT NULL,
            lever TEXT NOT NULL,
            what TEXT NOT NULL,
            metric TEXT,
            low DOUBLE PRECISION,
            mid DOUBLE PRECISION,
            high DOUBLE PRECISION,
            currency TEXT,
            chance DOUBLE PRECISION NOT NULL,
            findings TEXT NOT NULL,
            PRIMARY KEY (run, id)
        )""",
        """CREATE TABLE advisor_kpi (
            shop TEXT NOT NULL,
            metric TEXT NOT NULL,
            day TEXT NOT NULL,
            run BIGINT NOT NULL,
            value DOUBLE PRECISION,
            PRIMARY KEY (shop, metric, day)
        )""",
    ),
    (
        "ALTER TABLE advisor_action ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE advisor_action ADD COLUMN money TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE advisor_action ADD COLUMN now DOUBLE PRECISION",
        "ALTER TABLE advisor_action ADD COLUMN target DOUBLE PRECISION",
        """CREATE TABLE advisor_done (
            id {id},
            shop TEXT NOT NULL,
            action TEXT NOT NULL,
            day TEXT NOT NULL,
            due TEXT NOT NULL,
            planned TEXT NOT NULL,
            rule TEXT NOT NULL,
            lever TEXT NOT NULL,
            what TEXT NOT NULL,
            kind TEXT NOT NULL,
            subjects TEXT NOT NULL,
            note TEXT NOT NULL,
            metric TEXT,
            now DOUBLE PRECISION,
            target DOUBLE PRECISION,
            low DOUBLE PRECISION,
            mid DOUBLE PRECISION,
            high DOUBLE PRECISION,
            money TEXT NOT NULL,
            currency TEXT
        )""",
        "CREATE UNIQUE INDEX advisor_done_once ON advisor_done (shop, action, day, subjects)",
        """CREATE TABLE advisor_verdict (
            done BIGINT PRIMARY KEY,
            day TEXT NOT NULL,
            verdict TEXT NOT NULL,
            because TEXT NOT NULL,
            before DOUBLE PRECISION,
            after DOUBLE PRECISION,
            times DOUBLE PRECISION,
            low DOUBLE PRECISION,
            high DOUBLE PRECISION,
            own DOUBLE PRECISION,
            placebos BIGINT NOT NULL,
            larger BIGINT NOT NULL,
            others TEXT NOT NULL
        )""",
    ),
    (
        "ALTER TABLE advisor_action ADD COLUMN each DOUBLE PRECISION",
        "ALTER TABLE advisor_action ADD COLUMN each_sd DOUBLE PRECISION",
        "ALTER TABLE advisor_done ADD COLUMN each DOUBLE PRECISION",
        "ALTER TABLE advisor_done ADD COLUMN each_sd DOUBLE PRECISION",
        """CREATE TABLE advisor_look (
            done BIGINT NOT NULL,
            days BIGINT NOT NULL,
            day TEXT NOT NULL,
            verdict TEXT NOT NULL,
            because TEXT NOT NULL,
            before DOUBLE PRECISION,
            after DOUBLE PRECISION,
            times DOUBLE PRECISION,
            low DOUBLE PRECISION,
            high DOUBLE PRECISION,
            own DOUBLE PRECISION,
            placebos BIGINT NOT NULL,
            larger BIGINT NOT NULL,
            others TEXT NOT NULL,
            gained_low DOUBLE PRECISION,
            gained DOUBLE PRECISION,
            gained_high DOUBLE PRECISION,
            PRIMARY KEY (done, days)
        )""",
        """INSERT INTO advisor_look (done, days, day, verdict, because, before, after, times, low,
            high, own, placebos, larger, others)
            SELECT done, 28, day, verdict, because, before, after, times, low, high, own, placebos,
            larger, others FROM advisor_verdict""",
        "DROP TABLE advisor_verdict",
    ),
    (
        """CREATE TABLE advisor_experiment (
            shop TEXT NOT NULL,
            name TEXT NOT NULL,
            metric TEXT NOT NULL,
            versions TEXT NOT NULL,
            start TEXT NOT NULL,
            due TEXT NOT NULL,
            planned DOUBLE PRECISION,
            alpha DOUBLE PRECISION NOT NULL,
            note TEXT NOT NULL,
            ended TEXT,
            result TEXT NOT NULL,
            PRIMARY KEY (shop, name)
        )""",
    ),
    (
        "ALTER TABLE advisor_done ADD COLUMN niche TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE advisor_done ADD COLUMN size TEXT NOT NULL DEFAULT ''",
    ),
    (
        "ALTER TABLE advisor_done ADD COLUMN noticed TEXT",
        "ALTER TABLE advisor_done ADD COLUMN undone BIGINT NOT NULL DEFAULT 0",
    ),
    (
        "ALTER TABLE advisor_run ADD COLUMN findings BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE advisor_run ADD COLUMN actions BIGINT NOT NULL DEFAULT 0",
        """UPDATE advisor_run SET findings = (SELECT count(*) FROM advisor_finding f
            WHERE f.run = advisor_run.id AND f.state = 'fires'),
            actions = (SELECT count(*) FROM advisor_action a WHERE a.run = advisor_run.id)""",
    ),
)
