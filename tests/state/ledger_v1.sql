-- A ledger as the first format had it. Never changed: such files are in the field.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE rows (
    kind TEXT NOT NULL, name TEXT NOT NULL, live_id TEXT NOT NULL, origin TEXT NOT NULL, declared BLOB NOT NULL,
    fingerprint TEXT NOT NULL, version BIGINT, protect BOOLEAN NOT NULL, revision INTEGER NOT NULL,
    seal TEXT NOT NULL, PRIMARY KEY (kind, name));
CREATE TABLE intents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, seal TEXT NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL,
    name TEXT NOT NULL, action TEXT NOT NULL, live_id TEXT NOT NULL, declared BLOB NOT NULL,
    protect BOOLEAN NOT NULL, at FLOAT NOT NULL);
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, action TEXT NOT NULL, address TEXT NOT NULL,
    live_id TEXT NOT NULL, result TEXT NOT NULL, seal TEXT NOT NULL, latency_ms INTEGER NOT NULL,
    request_id TEXT NOT NULL, summary TEXT NOT NULL, detail TEXT NOT NULL);
INSERT INTO meta VALUES
    ('format', '1'), ('ledger_id', '0b9f4a52-7f0e-4c39-9a37-0f1f2d3c4b5a'),
    ('organisation_id', 'org-1'), ('organisation_name', 'Ours');
INSERT INTO rows VALUES (
    'Purpose', 'support', 'p-1', 'created', CAST('{"name":"Support","retentionPeriod":"180d"}' AS BLOB),
    'sha256:1', 3, 0, 4, 'sha256:plan');
INSERT INTO intents VALUES (
    9, 'sha256:plan', '1', 'Purpose', 'support', 'update', 'p-1', CAST('{"name":"Support"}' AS BLOB), 1, 1793534400.25);
INSERT INTO audit VALUES (
    5, '2026-11-01T12:00:00Z', 'update', 'Purpose/support', 'p-1', 'SUCCESS', 'sha256:plan', 12, 'r-1',
    '["name:ADD","type:UNCHANGED"]', 'as planned');
