import { createHash } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { resolve } from "node:path";
import { checkLimits } from "./limits.ts";
import { listenSchema } from "./schema.ts";
import type { Source, Tree } from "./source.ts";
import { child, isMapping, list, textOf } from "./tree.ts";
import type { KeyPath, KnownProvider, Listener } from "./types.ts";

/**
 * Callers' and upstreams' relations to each other and to what providers allow. They are looked at even where single
 * values are wrong.
 */
export function checkRelations(
  source: Source,
  upstreamIds: readonly string[],
  providers: readonly KnownProvider[],
): void {
  const callers = list(child(source.tree, "callers"));
  const upstreams = list(child(source.tree, "upstreams"));
  complainAboutRepeats(
    source,
    "callers",
    "name",
    callers.map((caller) => textOf(child(caller, "name"))),
  );
  complainAboutRepeats(
    source,
    "upstreams",
    "id",
    upstreams.map((upstream) => textOf(child(upstream, "id"))),
  );
  complainAboutRepeats(source, "callers", "token", callers.map(tokenHash));

  for (const [index, upstream] of upstreams.entries()) {
    checkProvider(source, ["upstreams", index], upstream);
    checkLimits(source, ["upstreams", index], upstream, providers);
  }

  for (const [index, caller] of callers.entries()) {
    if (!isMapping(caller)) continue;
    if (Object.hasOwn(caller, "token") && Object.hasOwn(caller, "token_sha256")) {
      source.complain(["callers", index], "it has a token and a token_sha256; expected one of them");
    } else if (!Object.hasOwn(caller, "token") && !Object.hasOwn(caller, "token_sha256")) {
      source.complain(["callers", index], "it has neither token nor token_sha256; expected one of them");
    }
    for (const [position, id] of list(child(child(caller, "allow"), "upstreams")).entries()) {
      // Without any ids the upstreams are wrong themselves.
      if (typeof id !== "string" || upstreamIds.length === 0 || upstreamIds.includes(id)) continue;
      const path = ["callers", index, "allow", "upstreams", position];
      source.complain(path, `no upstream has this id; expected one of ${[...new Set(upstreamIds)].join(", ")}`);
    }
  }
}

/** Sections of an entry that are about one provider's upstreams alone: they are called after it. */
const PROVIDER_SECTIONS = ["handler_api", "pvapins"];

/** True of a provider that has no address of its own: each upstream's entry has to name one. */
export function hasManyAddresses(provider: string): boolean {
  return provider === "handler_api";
}

function checkProvider(source: Source, path: KeyPath, upstream: Tree): void {
  const provider = textOf(child(upstream, "provider"));
  for (const section of PROVIDER_SECTIONS) {
    if (provider === undefined || provider === section || child(upstream, section) === undefined) continue;
    source.complain([...path, section], `only an upstream of the provider ${section} has this`, "key");
  }
  if (provider !== undefined && hasManyAddresses(provider) && child(upstream, "base_url") === undefined) {
    const example = "https://api.example.com/stubs/handler_api.php";
    source.complain(
      [...path, "provider"],
      `${provider} is spoken at many addresses; expected a base_url such as ${example}`,
    );
  }
}

/** Complains, with its place in the list, about an address that another before it takes up already. */
export function refuseRepeats(listen: readonly Listener[], complain: (index: number, message: string) => void): void {
  for (const [index, listener] of listen.entries()) {
    const first = listen.findIndex((other) => areOne(listener, other));
    const earlier = listen[first];
    if (first === index || !earlier) continue;
    const [own, other] = [formatListener(listener), formatListener(earlier)];
    const clash = own === other ? `${own} is the same address as` : `${own} cannot be listened on beside ${other},`;
    complain(index, `${clash} listen[${first}]; expected a different one`);
  }
}

/** False also where only the names' addresses would tell. */
function areOne(one: Listener, other: Listener): boolean {
  if (one.kind === "unix" || other.kind === "unix") {
    return one.kind === "unix" && other.kind === "unix" && resolve(one.path) === resolve(other.path);
  }
  if (one === other) return true;
  if (one.port !== other.port || one.port === 0) return false;
  const hosts = [one.host.toLowerCase(), other.host.toLowerCase()];
  if (hosts[0] === hosts[1] || hosts.includes("::")) return true;
  return hosts.includes("0.0.0.0") && hosts.every((host) => isIP(host) === 4);
}

/** Complains when somebody beyond this machine could order without being asked for a token. */
export function refuseStrangers(listen: readonly Listener[], complain: (message: string) => void): void {
  const open = listen.filter((listener) => !isLocal(listener)).map(formatListener);
  if (open.length === 0) return;
  complain(
    `no callers are configured, and ${open.join(", ")} can be reached from other machines; ` +
      "add a caller with a token under callers, or listen on 127.0.0.1:<port> or unix:/path",
  );
}

/** False when whoever can connect is let in. */
export function namesCallers(tree: Tree): boolean {
  const callers = child(tree, "callers");
  return Array.isArray(callers) ? callers.length > 0 : callers !== undefined && callers !== null;
}

/** The ids of the upstreams in the file; undefined when it has none. */
export function upstreamIdsIn(tree: Tree): readonly string[] | undefined {
  const upstreams = child(tree, "upstreams");
  if (upstreams === undefined || upstreams === null || (Array.isArray(upstreams) && upstreams.length === 0)) {
    return undefined;
  }
  return list(upstreams).flatMap((upstream) => textOf(child(upstream, "id")) ?? []);
}

/** The file's listeners, when they can be read. */
export function listenersIn(tree: Tree): readonly Listener[] | undefined {
  return listenSchema.safeParse(child(tree, "listen")).data;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** True when nobody beyond this machine can reach the listener. */
export function isLocal(listener: Listener): boolean {
  if (listener.kind === "unix" || listener.host.toLowerCase() === "localhost") return true;
  const family = isIP(listener.host);
  return family !== 0 && LOOPBACK.check(listener.host, family === 6 ? "ipv6" : "ipv4");
}

/** As `listen` takes it. */
export function formatListener(listener: Listener): string {
  if (listener.kind === "unix") return `unix:${listener.path}`;
  return `${isIP(listener.host) === 6 ? `[${listener.host}]` : listener.host}:${listener.port}`;
}

function complainAboutRepeats(source: Source, list: string, key: string, values: readonly (string | undefined)[]) {
  for (const [index, value] of values.entries()) {
    const first = values.indexOf(value);
    if (value === undefined || first === index) continue;
    source.complain([list, index, key], `the same ${key} as ${list}[${first}]; expected a different one`);
  }
}

function tokenHash(caller: Tree): string | undefined {
  const token = textOf(child(caller, "token"));
  return token ? sha256(token) : textOf(child(caller, "token_sha256"))?.toLowerCase();
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
