import { formatDecimal } from "../../src/core/money.ts";
import { POINTS } from "./points.ts";
import type { RunReport } from "./run.ts";

/** What the run was asked for. */
export interface Asked {
  readonly cycles: number;
  readonly seed: number;
  readonly rate: number;
}

const MOST_DIFFERENCES = 50;

/** A run, for people to read. */
export function describeReport(report: RunReport, { cycles, seed, rate }: Asked): string {
  const { tally, money, restartMs, differences } = report;
  const sorted = restartMs.toSorted((a, b) => a - b);
  const rows: readonly (readonly [string, string | number])[] = [
    ["cycles", `${cycles} (seed ${seed}, ${Math.round(rate * 100)} % of purchases faulty)`],
    ["creates", `${tally.creates}, of which ${tally.repeated} were sent again after a lost connection`],
    ["sold by the upstreams", report.sold],
    ["bought by the gateway", `${report.bought}, of which ${report.refunded} were given back for a refund`],
    ["uncertain, settled", report.settled],
    ["uncertain, listed", `${report.uncertain}, of which ${report.uncertainSold} were sold`],
    ["paid, never learnt", report.unlearnt],
    ["bought twice", report.duplicates],
    ["lost", report.lost],
    ["money: upstreams", `${usd(money.spent)} spent`],
    ["money: gateway", `${usd(money.booked)} booked + ${usd(money.uncertain)} uncertain - ${usd(money.untold)} untold`],
    [
      "restart to ready",
      `${Math.round(sorted[sorted.length >> 1] ?? 0)} ms median, ${Math.round(sorted.at(-1) ?? 0)} ms at most`,
    ],
    ["refusals", [...tally.refusals].map(([reason, count]) => `${reason} ${count}`).join(", ") || "none"],
  ];
  const points = Object.entries(POINTS).flatMap(([point, where]) => {
    const { asked, hit } = report.points.get(point as keyof typeof POINTS) ?? { asked: 0, hit: 0 };
    return asked > 0 ? [`  ${point.padEnd(10)} ${hit} of ${asked}  ${where}`] : [];
  });
  return [
    ...rows.map(([name, value]) => `${name.padEnd(24)}${value}`),
    ...(points.length > 0 ? ["killed at", ...points] : []),
    ...[...report.errors].map(([message, count]) => `logged as an error ${count} times: ${message}`),
    differences.length > 0 ? `${differences.length} DIFFERENCES` : "the books are the same",
    ...differences.slice(0, MOST_DIFFERENCES).map((difference) => `  ${difference}`),
    ...(differences.length > MOST_DIFFERENCES ? [`  and ${differences.length - MOST_DIFFERENCES} more`] : []),
  ].join("\n");
}

function usd(micros: bigint): string {
  return formatDecimal({ currency: "USD", micros });
}
