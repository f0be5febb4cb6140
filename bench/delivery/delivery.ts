// From a code at the upstream to the code on the client's stream, in wall time: the daemon, a process of its own, over
// real HTTP to the sandbox, another process, which keeps the documented limits; beside a client that polls every 5 s.
// `node bench/delivery/delivery.ts [--minutes 5] [--codes 1]`

import { parseArgs } from "node:util";
import { sleep, systemClock } from "../../src/core/clock.ts";
import { mean, quantile } from "../support/statistics.ts";
import { printTable } from "../support/table.ts";
import { type Buyer, openGateway, openNaive } from "./buyers.ts";
import { type Arrival, planArrivals, UPSTREAMS, type UpstreamId } from "./plan.ts";
import { type RemoteSandbox, startRemoteSandbox } from "./sandbox.ts";

/** After the last code has come, so long is waited for those that are still on their way. */
const PATIENCE_MS = 120_000;
/** What the catalogues took of the limits is free again. */
const WINDOW_MS = 62_000;
const PORTS = [17_171, 17_172] as const;

interface Delivery {
  readonly upstream: UpstreamId;
  /** Undefined when it was not delivered in time. */
  readonly delayMs: number | undefined;
}

/** Buys as planned, lets the codes come, and waits for them. */
async function play(arrivals: readonly Arrival[], sandbox: RemoteSandbox, buyer: Buyer): Promise<Delivery[]> {
  const over = new AbortController();
  const longest = Math.max(...arrivals.map(({ atMs, codeAfterMs = 0 }) => atMs + codeAfterMs));
  const stopWaiting = systemClock.after(longest + PATIENCE_MS, () => over.abort());

  async function deliver({ upstream, atMs, codeAfterMs }: Arrival): Promise<Delivery[]> {
    await sleep(systemClock, atMs);
    const { phone, received } = await buyer.buy(upstream);
    if (codeAfterMs === undefined) return [];
    await sleep(systemClock, codeAfterMs);
    const comes = received.then(
      () => Date.now(),
      () => undefined,
    );
    const arrived = await sandbox.deliver(upstream, phone);
    const gaveUp = sleep(systemClock, PATIENCE_MS, over.signal).then(() => undefined);
    const seen = await Promise.race([comes, gaveUp]);
    return [{ upstream, delayMs: seen === undefined ? undefined : seen - arrived }];
  }

  const deliveries = (await Promise.all(arrivals.map(deliver))).flat();
  stopWaiting();
  return deliveries;
}

interface Contender {
  readonly name: string;
  readonly sandbox: RemoteSandbox;
  readonly buyer: Buyer;
}

type Books = Awaited<ReturnType<RemoteSandbox["books"]>>;

/** What came of one contender's purchases. */
interface Result {
  readonly name: string;
  readonly deliveries: readonly Delivery[];
  readonly books: Books;
}

function countIn(books: Books, upstreams: readonly UpstreamId[], count: (of: Books[UpstreamId]) => number): number {
  return upstreams.reduce((sum, id) => sum + count(books[id]), 0);
}

function rowsOf({ name, deliveries, books }: Result): string[][] {
  return [...UPSTREAMS, "all" as const].map((upstream) => {
    const due = deliveries.filter((delivery) => upstream === "all" || delivery.upstream === upstream);
    const delays = due.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs / 1_000]));
    const own = upstream === "all" ? UPSTREAMS : [upstream];
    const sum = (count: (of: Books[UpstreamId]) => number) => String(countIn(books, own, count));
    return [
      `${name}: ${upstream}`,
      mean(delays).toFixed(2),
      ...[0.5, 0.95, 1].map((share) => quantile(delays, share).toFixed(2)),
      sum(({ orders }) => orders.length),
      `${delays.length} of ${due.length}`,
      sum(({ limited }) => limited),
      sum(({ hasty }) => hasty),
      sum(({ calls }) => Object.values(calls).reduce((all, count) => all + count, 0)),
    ];
  });
}

/** What must not be, in words. */
function faultsOf({ deliveries, books }: Result): readonly string[] {
  const missing = deliveries.filter(({ delayMs }) => delayMs === undefined).length;
  const limited = countIn(books, UPSTREAMS, (of) => of.limited);
  const hasty = countIn(books, UPSTREAMS, (of) => of.hasty);
  return [
    ...(missing > 0 ? [`${missing} of ${deliveries.length} codes were not delivered`] : []),
    ...(limited > 0 ? [`${limited} calls were over a limit`] : []),
    ...(hasty > 0 ? [`${hasty} polls came sooner than the documents ask for`] : []),
  ];
}

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "5" }, codes: { type: "string", default: "1" } },
});
const arrivals = planArrivals(Number(values.minutes), Number(values.codes));
const sandboxes = await Promise.all(PORTS.map(startRemoteSandbox));
const [one, other] = sandboxes as [RemoteSandbox, RemoteSandbox];
const contenders: Contender[] = [
  { name: "numgate", sandbox: one, buyer: await openGateway(one) },
  { name: "every 5 s", sandbox: other, buyer: await openNaive(other) },
];
await sleep(systemClock, WINDOW_MS);
try {
  const played = contenders.map(async ({ name, sandbox, buyer }): Promise<Result> => {
    const deliveries = await play(arrivals, sandbox, buyer);
    return { name, deliveries, books: await sandbox.books() };
  });
  const results = await Promise.all(played);
  const header = [
    "delay in seconds",
    "mean",
    "p50",
    "p95",
    "max",
    "bought",
    "delivered",
    "429s",
    "hasty polls",
    "calls",
  ];
  printTable(header, results.flatMap(rowsOf), `${arrivals.length} verifications in ${values.minutes} min`);
  const faults = results.slice(0, 1).flatMap(faultsOf);
  const verdict = faults.length > 0 ? faults : ["every code was delivered, with no 429 and no order polled too soon"];
  process.stdout.write(`numgate: ${verdict.join("; ")}\n`);
  if (faults.length > 0) process.exitCode = 1;
} finally {
  for (const { buyer } of contenders) await buyer.stop();
  for (const sandbox of sandboxes) await sandbox.stop();
}
process.exit();
