import { readFileSync } from "node:fs";
import { toCaller, toRetention, toTls, toUpstream } from "./config/assemble.ts";
import { complainAbout } from "./config/complaints.ts";
import { readKeyVariables, readOverrides } from "./config/environment.ts";
import { warnOfLimits } from "./config/limits.ts";
import { Problems, whyUnreadable } from "./config/problems.ts";
import {
  checkRelations,
  isLocal,
  listenersIn,
  namesCallers,
  refuseRepeats,
  refuseStrangers,
  upstreamIdsIn,
} from "./config/rules.ts";
import { type FileValues, fileSchema } from "./config/schema.ts";
import { NO_SOURCE, readSource } from "./config/source.ts";
import type { Environment } from "./config/substitute.ts";
import type { Config, Database, KnownProvider, Listener, UpstreamConfig } from "./config/types.ts";

export { maskedConfig } from "./config/mask.ts";
export { ConfigError } from "./config/problems.ts";
export { describeReload, type Reload } from "./config/reload.ts";
export { formatListener, isLocal } from "./config/rules.ts";
export { readTls } from "./config/tls.ts";
export type * from "./config/types.ts";

const DEFAULT_FILE = "numgate.yaml";
/** Room for ten thousand callers. What is larger was not meant, and would be read for minutes. */
const MOST_BYTES = 1024 * 1024;
const DEFAULT_LISTEN: readonly Listener[] = [{ kind: "tcp", host: "127.0.0.1", port: 7070 }];
const DEFAULT_DATABASE: Database = { engine: "sqlite", path: "./numgate.db" };
/** Orders that were only pretended must never stand among those that were paid. */
const SANDBOX_DATABASE: Database = { engine: "sqlite", path: "./numgate-sandbox.db" };

export interface LoadOptions {
  /** From --config. */
  readonly path?: string | undefined;
  readonly env: Environment;
  readonly providers: readonly KnownProvider[];
}

/**
 * Reads the file and the environment. The file is the one that is named, by `path` or NUMGATE_CONFIG, or else
 * ./numgate.yaml where there is one. Throws a ConfigError with everything that is wrong.
 */
export function loadConfig({ path, env, providers: known }: LoadOptions): Config {
  const providers = known.map(({ id }) => id);
  const problems = new Problems();
  const file = readFile(path, env, problems);
  const source = file ? readSource(file.name, file.text, env, problems) : NO_SOURCE;
  const parsed = fileSchema(providers).safeParse(source.tree);
  if (!parsed.success) complainAbout(parsed.error.issues, source);
  const values: Partial<FileValues> = parsed.data ?? {};

  const overrides = readOverrides(env, problems);
  const named = upstreamIdsIn(source.tree);
  const fromEnv = named ? undefined : readKeyVariables(env, providers, problems);
  const sandbox = fromEnv?.upstreams.length === 0;
  const upstreams = fromEnv?.upstreams ?? values.upstreams?.map(toUpstream) ?? [];
  // The sandbox's upstreams are named after their providers.
  checkRelations(source, named ?? (sandbox ? providers : upstreams.map(({ id }) => id)), known);

  const own = listenersIn(source.tree);
  refuseRepeats(own ?? [], (index, message) => source.complain(["listen", index], message));
  refuseRepeats(overrides.listen ?? [], (_, message) => problems.about("NUMGATE_LISTEN", `listen: ${message}`));
  const listen = overrides.listen ?? own ?? DEFAULT_LISTEN;
  if (!namesCallers(source.tree)) {
    const complain = (message: string) =>
      overrides.listen ? problems.about("NUMGATE_LISTEN", message) : source.complain(["listen"], message);
    refuseStrangers(listen, complain);
  }
  problems.throwIfAny();

  const database = overrides.database ?? values.database ?? (sandbox ? SANDBOX_DATABASE : DEFAULT_DATABASE);
  return {
    ...(file && { file: file.name }),
    listen,
    database,
    logLevel: values.log_level ?? "info",
    ...(values.tls && { tls: toTls(values.tls) }),
    callers: values.callers?.map(toCaller) ?? [],
    upstreams,
    routing: {
      defaultStrategy: values.routing?.default_strategy ?? "CHEAPEST",
      rates: values.routing?.rates ?? {},
    },
    retention: toRetention(values.retention),
    sandbox,
    warnings: [...warningsAbout(upstreams, sandbox, database), ...warnOfLimits(upstreams, known)],
    origins: [...source.origins, ...(fromEnv?.origins ?? []), ...overrides.origins],
  };
}

interface ConfigFile {
  readonly name: string;
  readonly text: string;
}

/** Undefined when no file is named and the usual one is not there. */
function readFile(path: string | undefined, env: Environment, problems: Problems): ConfigFile | undefined {
  const named = path || env.NUMGATE_CONFIG;
  const name = named || DEFAULT_FILE;
  try {
    const bytes = readFileSync(name);
    if (bytes.length > MOST_BYTES) throw Object.assign(new Error("too large"), { code: "EFBIG" });
    return { name, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && !named) return undefined;
    const whence = path ? "--config" : env.NUMGATE_CONFIG ? "NUMGATE_CONFIG" : "the working directory";
    problems.about(name, `the configuration (from ${whence}) cannot be read: ${whyUnreadable(code)}`);
    return problems.throwNow();
  }
}

function warningsAbout(upstreams: readonly UpstreamConfig[], sandbox: boolean, database: Database): string[] {
  const warnings = upstreams
    .filter(({ baseUrl }) => baseUrl && isReadOnTheWay(baseUrl))
    .map(({ id }) => `The upstream ${id} is called over plain http: its key can be read on the way.`);
  if (!sandbox && upstreams.every(({ enabled }) => !enabled)) {
    warnings.push("Every upstream is disabled: nothing can be bought.");
  }
  if (sandbox && database !== SANDBOX_DATABASE && !isInMemory(database)) {
    warnings.push("The sandbox writes its pretended orders to the configured database, where bought ones may be.");
  }
  return warnings;
}

function isInMemory(database: Database): boolean {
  return database.engine === "sqlite" && database.path === ":memory:";
}

function isReadOnTheWay(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl);
  return protocol === "http:" && !isLocal({ kind: "tcp", host: hostname.replace(/^\[(.*)\]$/, "$1"), port: 0 });
}
