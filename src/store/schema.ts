import type { LedgerFailure } from './contract.ts';
import type { Database } from './sqlite/driver.ts';

/** States of a notification that is still on its way. */
export const unsettledStates = `('pending', 'sending', 'unknown', 'held')`;

/** States of an intent that is still to be carried out. */
export const unsettledIntents = `('pending', 'running')`;

/**
 * One script per version, applied in order; never edited once released. Each data column holds the
 * whole noun as JSON, the columns beside it exist for queries only.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT, WITHOUT ROWID;
  CREATE TABLE memo (name TEXT PRIMARY KEY, value TEXT NOT NULL CHECK (json_valid(value))) STRICT;
  CREATE TABLE state (
    machine TEXT NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    hash TEXT,
    value TEXT NOT NULL CHECK (json_valid(value)),
    PRIMARY KEY (machine, scope, key)
  ) STRICT;
  CREATE TABLE journal (seq INTEGER PRIMARY KEY, input TEXT NOT NULL CHECK (json_valid(input))) STRICT;
  CREATE TABLE marks (
    source TEXT NOT NULL,
    stream TEXT NOT NULL,
    mark TEXT NOT NULL CHECK (json_valid(mark)),
    PRIMARY KEY (source, stream)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    key TEXT NOT NULL,
    severity TEXT NOT NULL,
    status TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    raises INTEGER NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data))
  ) STRICT;
  CREATE INDEX alerts_by_time ON alerts (last_at);
  CREATE INDEX alerts_by_rule ON alerts (rule, last_at);
  CREATE INDEX alerts_open ON alerts (last_at) WHERE status = 'open';
  CREATE INDEX alerts_loud ON alerts (raises) WHERE raises > 250;

  CREATE TABLE notifications (
    id TEXT PRIMARY KEY,
    receiver TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data)),
    message TEXT CHECK (json_valid(message))
  ) STRICT;
  CREATE INDEX notifications_unsettled ON notifications (created_at) WHERE state IN ${unsettledStates};

  CREATE TABLE alert_notifications (
    alert TEXT NOT NULL,
    notification TEXT NOT NULL,
    PRIMARY KEY (alert, notification)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE decisions (
    id INTEGER PRIMARY KEY,
    alert TEXT NOT NULL,
    about TEXT,
    data TEXT NOT NULL CHECK (json_valid(data))
  ) STRICT;
  CREATE INDEX decisions_by_alert ON decisions (alert);

  CREATE TABLE tallies (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TRIGGER alert_removed AFTER DELETE ON alerts BEGIN
    UPDATE tallies SET n = n - 1 WHERE name = 'alert ' || old.status;
  END;
  CREATE TRIGGER notification_removed AFTER DELETE ON notifications BEGIN
    UPDATE tallies SET n = n - 1 WHERE name = 'notification ' || old.state;
  END;
  `,
  `
  ALTER TABLE journal ADD COLUMN answers TEXT CHECK (json_valid(answers));
  CREATE TABLE intents (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    rule TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    data TEXT NOT NULL CHECK (json_valid(data)),
    outcome TEXT
  ) STRICT;
  CREATE INDEX intents_unsettled ON intents (place) WHERE state IN ${unsettledIntents};
  CREATE INDEX intents_settled ON intents (created_at) WHERE state NOT IN ${unsettledIntents};
  `,
];

/** The version of the schema that this program writes. */
export const schemaVersion = migrations.length;

/** The version a database has; 0: empty. */
export function versionOf(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

/** Why this program must not touch a database of that version. */
export function refusalOf(version: number, path: string): LedgerFailure | undefined {
  if (version <= schemaVersion) return undefined;
  return {
    type: 'newer',
    detail:
      `${path} was written by a newer Bird Sentinel (schema ${version}, this one knows ${schemaVersion}); ` +
      'install that version again, or start with another state directory',
  };
}

/** Brings the schema to this program's version; to be called inside a transaction. */
export function migrate(database: Database): void {
  for (const script of migrations.slice(versionOf(database))) database.exec(script);
  database.exec(`PRAGMA user_version = ${schemaVersion}`);
}
