import { formatPath, type Problems } from "./problems.ts";
import { hasManyAddresses } from "./rules.ts";
import { Complaint, type Read, readDatabase, readKey, readListener } from "./scalars.ts";
import type { Environment } from "./substitute.ts";
import type { Database, KeyPath, Listener, Origin, UpstreamConfig } from "./types.ts";

interface Overrides {
  readonly listen?: readonly Listener[];
  readonly database?: Database;
  readonly origins: readonly Origin[];
}

/** What the environment puts in the place of the file's values. A variable that is set but empty says nothing. */
export function readOverrides(env: Environment, problems: Problems): Overrides {
  const origins: Origin[] = [];

  function read<T>(variable: string, path: KeyPath, expected: string, reader: Read<T>, texts: readonly string[]): T[] {
    origins.push({ path, variable });
    return texts.flatMap((text) => {
      const value = reader(text);
      const complaint = value instanceof Complaint ? value.message : `expected ${expected}`;
      if (value !== undefined && !(value instanceof Complaint)) return [value];
      problems.about(variable, `${formatPath(path)}: ${complaint}`);
      return [];
    });
  }

  const { NUMGATE_LISTEN, NUMGATE_DATABASE } = env;
  const listen = NUMGATE_LISTEN
    ? read(
        "NUMGATE_LISTEN",
        ["listen"],
        "host:port, unix:/path or several with commas between them",
        readListener,
        NUMGATE_LISTEN.split(",").map((part) => part.trim()),
      )
    : [];
  const [database] = NUMGATE_DATABASE
    ? read("NUMGATE_DATABASE", ["database"], "sqlite:<path>, sqlite::memory: or postgres://...", readDatabase, [
        NUMGATE_DATABASE,
      ])
    : [];
  return { ...(listen.length > 0 && { listen }), ...(database && { database }), origins };
}

interface EnvironmentUpstreams {
  readonly upstreams: readonly UpstreamConfig[];
  readonly origins: readonly Origin[];
}

/** One upstream, named after its provider, for each key that is set: `PING_API_KEY`. */
export function readKeyVariables(
  env: Environment,
  providers: readonly string[],
  problems: Problems,
): EnvironmentUpstreams {
  const upstreams: UpstreamConfig[] = [];
  const origins: Origin[] = [];
  for (const provider of providers) {
    const variable = `${provider.toUpperCase()}_API_KEY`;
    const text = env[variable];
    // A key alone does not say where to show it.
    if (!text || hasManyAddresses(provider)) continue;
    const apiKey = readKey(text);
    if (apiKey === undefined || apiKey instanceof Complaint) {
      problems.about(variable, apiKey?.message ?? "expected a key");
      continue;
    }
    origins.push({ path: ["upstreams", upstreams.length, "api_key"], variable });
    upstreams.push({ id: provider, provider, apiKey, limits: {}, prices: {}, enabled: true });
  }
  return { upstreams, origins };
}
