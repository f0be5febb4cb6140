import type { DatabaseSync } from "node:sqlite";

/**
 * Brings the database to the newest schema, in one transaction. Migration n is the nth of the list, so the list only
 * ever grows at its end.
 */
export function migrate(db: DatabaseSync, migrations: readonly string[]): void {
  // Takes the lock as well, also when there is nothing to do.
  db.exec("begin immediate");
  try {
    const version = schemaVersion(db);
    for (const ddl of migrationsAfter(version, migrations)) db.exec(ddl);
    if (version !== migrations.length) setSchemaVersion(db, migrations.length);
    db.exec("commit");
  } catch (error) {
    if (db.isTransaction) db.exec("rollback");
    throw error;
  }
}

/** The migrations that a database of this version still lacks. Throws when a newer numgate wrote it. */
export function migrationsAfter(version: number, migrations: readonly string[]): readonly string[] {
  const known = migrations.length;
  if (version <= known) return migrations.slice(version);
  throw new Error(
    `was written by a newer numgate: its schema is version ${version}, and this one knows up to ${known}`,
  );
}

function schemaVersion(db: DatabaseSync): number {
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").all();
  if (tables.length === 0) return 0;
  if (!tables.some(({ name }) => name === "schema_version")) throw new Error("holds another program's tables");
  return Number(db.prepare("select version from schema_version").get()?.version ?? 0);
}

function setSchemaVersion(db: DatabaseSync, version: number): void {
  db.exec("create table if not exists schema_version (version integer not null) strict");
  db.exec("delete from schema_version");
  db.prepare("insert into schema_version values (?1)").run(BigInt(version));
}
