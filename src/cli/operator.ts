import { once } from "node:events";
import { existsSync } from "node:fs";
import { pino } from "pino";
import { connectAccounts } from "../accounts.ts";
import type { Config } from "../config.ts";
import { systemClock } from "../core/clock.ts";
import { databasePath } from "../database.ts";
import { connectOperator } from "../operator/client.ts";
import { createOperator, type Operator } from "../operator/operator.ts";
import { operatorSocket, usableSocket } from "../operator/socket.ts";
import { createFeed } from "../orders/feed.ts";
import { createOutcomes } from "../orders/orders.ts";
import { createOperatorDesk } from "../orders/settle/operator-desk.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import { type Flags, UsageError } from "./flags.ts";

type Run = (operator: Operator, flags: Flags, argument: string | undefined) => Promise<number>;

/** What is asked of the gateway that runs, or, when none does, of its database. */
export const OPERATOR_COMMANDS: Readonly<Record<string, Run>> = {
  async uncertain(operator) {
    const lines = await operator.uncertain();
    if (lines.length === 0) process.stderr.write("no purchase is uncertain\n");
    for (const { order_id, caller, upstream, offer_id, price, since, tried } of lines) {
      process.stdout.write(`${order_id}  ${caller}  ${upstream}  ${offer_id}  ${price}  since ${since}\n`);
      process.stdout.write(`    ${tried}\n`);
    }
    return 0;
  },

  async settle(operator, flags, order_id) {
    if (!order_id) throw new UsageError("settle needs the id of what was bought");
    if (Boolean(flags.sold) === Boolean(flags["not-sold"])) throw new UsageError("settle needs --sold or --not-sold");
    const { sold = false, price, number, "order-ref": order_ref } = flags;
    const { status } = await operator.settle({ order_id, sold, price, order_ref, number });
    process.stdout.write(`${order_id} is ${status}\n`);
    return 0;
  },

  async ledger(operator, { repair = false }) {
    const { discrepancies, totals } = await operator.ledger(repair);
    for (const { currency, reserved, charged, refunded } of totals) {
      process.stdout.write(`${currency}  reserved ${reserved}  charged ${charged}  refunded ${refunded}\n`);
    }
    for (const { caller, day, what } of discrepancies) {
      process.stdout.write(`${day}  ${caller}: ${what}${repair ? ", repaired" : ""}\n`);
    }
    if (discrepancies.length === 0) process.stdout.write("every counter is the sum of its entries\n");
    return discrepancies.length > 0 && !repair ? 1 : 0;
  },

  async export(operator, { since, caller, order: order_id }) {
    const { stdout } = process;
    for await (const line of operator.history({ since, caller, order_id })) {
      if (stdout.destroyed) break;
      if (!stdout.write(line)) await once(stdout, "drain").catch(() => undefined);
    }
    return 0;
  },
};

/** Runs one of them. A running daemon has its database for itself alone, so it is asked; otherwise the file is opened. */
export async function runOperatorCommand(
  run: Run,
  config: Config,
  flags: Flags,
  argument: string | undefined,
): Promise<number> {
  const path = databasePath(config);
  if (path === ":memory:") throw new Error("the database is in memory, where its own gateway alone sees it");
  const socket = usableSocket(operatorSocket(path));
  const running = socket && (await connectOperator(socket));
  if (running) return run(running, flags, argument);

  if (!existsSync(path)) throw new Error(`no gateway runs, and there is no database at ${path}`);
  const rates = new Map(Object.entries(config.routing.rates));
  const store = openSqliteStore(path, rates);
  const log = pino({ level: "silent" });
  const clock = systemClock;
  // Opened to know how long they keep a number; none is called.
  const upstreams = await connectAccounts(config.upstreams, { store, clock, log, heard: () => {} });
  try {
    const outcomes = createOutcomes({ store, feed: createFeed(), bell: { ring: () => {} }, clock, log });
    const desk = createOperatorDesk(
      { store, upstreams },
      outcomes,
      () => {},
      () => "no gateway runs",
    );
    return await run(createOperator(store, desk), flags, argument);
  } finally {
    await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
    await store.close();
  }
}
