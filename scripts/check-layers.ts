// Who may import whom. Each folder of src/ is a room: what it may reach is listed here, and any other arrow is an error.
// src/config/ with config.ts is a room as well; the files beside it (main.ts, cli.ts, daemon.ts ...) join the rooms.

import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import path from "node:path";

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ["core"],
  upstream: ["core"],
  providers: ["core", "upstream"],
  catalog: ["core"],
  routing: ["core"],
  orders: ["core", "upstream", "routing"],
  operator: ["core", "orders"],
  metrics: ["core", "upstream", "catalog", "orders"],
  store: ["core"],
  rpc: ["core", "upstream", "catalog", "routing", "orders", "gen"],
  sandbox: ["core"],
};
/** The only files beside the rooms that may name the wire's types: the daemon registers the services. */
const MAY_REGISTER = ["src/daemon.ts"];
const PROVIDER_LIST = "src/providers/providers.ts";

// Biome keeps every import in this form.
const IMPORT = /(?:\bfrom|\bimport\(?) ?"(\.[^"]+)"/g;

function roomOf(file: string): string {
  const [top = "", folder = ""] = file.split("/");
  if (top !== "src") return top;
  const room = folder.replace(/\.ts$/, "");
  return room in MAY_IMPORT ? room : "src";
}

function complaint(from: string, to: string): string | undefined {
  const [fromRoom, toRoom] = [roomOf(from), roomOf(to)];
  if (fromRoom === "src") {
    return toRoom === "gen" && !MAY_REGISTER.includes(from) ? "only rpc/ knows the wire's types" : undefined;
  }
  if (fromRoom === "providers" && toRoom === "providers") {
    return from === PROVIDER_LIST ? undefined : "providers do not know each other";
  }
  if (fromRoom === toRoom || MAY_IMPORT[fromRoom]?.includes(toRoom)) return undefined;
  return `${fromRoom}/ may import ${MAY_IMPORT[fromRoom]?.join(", ") || "nothing of ours"}, not ${toRoom}/`;
}

let files = 0;
let arrows = 0;
for await (const file of glob("src/**/*.ts")) {
  files += 1;
  for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    arrows += 1;
    const wrong = complaint(file, target);
    if (wrong === undefined) continue;
    process.stderr.write(`${file} imports ${target}: ${wrong}\n`);
    process.exitCode = 1;
  }
}
process.stdout.write(`${arrows} imports in ${files} files looked at\n`);
if (arrows === 0) process.exitCode = 1;
