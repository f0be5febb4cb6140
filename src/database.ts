import type { Config } from "./config.ts";

/** Where the embedded database is. Throws where the configuration names another: no other is served yet. */
export function databasePath({ database }: Pick<Config, "database">): string {
  if (database.engine !== "sqlite") throw new Error("database: this version serves sqlite only");
  return database.path;
}
