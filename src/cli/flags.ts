import { parseArgs } from "node:util";

/** Words on the command line that are not understood. */
export class UsageError extends Error {}

/** Every flag of every command, by its name on the command line. */
const OPTIONS = {
  config: { type: "string" },
  listen: { type: "string" },
  live: { type: "boolean" },
  sold: { type: "boolean" },
  "not-sold": { type: "boolean" },
  price: { type: "string" },
  "order-ref": { type: "string" },
  number: { type: "string" },
  repair: { type: "boolean" },
  since: { type: "string" },
  caller: { type: "string" },
  address: { type: "string" },
  token: { type: "string" },
  verification: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

export function readFlags(args: readonly string[]) {
  return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
}

export type Flags = ReturnType<typeof readFlags>["values"];
