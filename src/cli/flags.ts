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
  order: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

/** The one command that a flag is for; a flag that is not here is for all that read what it gives. */
const COMMAND_OF: Partial<Record<keyof typeof OPTIONS, string>> = {
  listen: "sandbox",
  live: "check",
  sold: "settle",
  "not-sold": "settle",
  price: "settle",
  "order-ref": "settle",
  number: "settle",
  repair: "ledger",
  since: "export",
  caller: "export",
  order: "export",
  address: "esim",
  token: "esim",
};

const WITHOUT_CONFIGURATION = ["sandbox", "esim"];

export function readFlags(args: readonly string[]) {
  return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
}

export type Flags = ReturnType<typeof readFlags>["values"];

/** Whoever gives a flag that the command would not heed, or a variable that is not set, believes that it counts. */
export function refuseStrays(flags: Flags, command: string): void {
  for (const [flag, value] of Object.entries(flags)) {
    if (value === "") throw new UsageError(`--${flag} is empty`);
  }
  for (const [flag, owner] of Object.entries(COMMAND_OF)) {
    if (flag in flags && owner !== command) throw new UsageError(`--${flag} is for ${owner}, not for ${command}`);
  }
  if ("config" in flags && WITHOUT_CONFIGURATION.includes(command)) {
    throw new UsageError(`--config is not for ${command}, which reads no configuration`);
  }
}
