import { formatDecimal } from "../../src/core/money.ts";
import { GOODS, type Goods, nameOfPlace, PLACES, POINTS } from "./points.ts";
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
  const { tally, counts, money, restartMs, differences } = report;
  const sorted = restartMs.toSorted((a, b) => a - b);
  const each = (count: (goods: Goods) => number): string => {
    const all = GOODS.map((goods) => [goods, count(goods)] as const);
    const sum = all.reduce((total, [, of]) => total + of, 0);
    return `${sum}: ${all.map(([goods, of]) => `${of} ${goods}${of === 1 ? "" : "s"}`).join(", ")}`;
  };
  const rows: readonly (readonly [string, string | number])[] = [
    ["cycles", `${cycles} (seed ${seed}, ${Math.round(rate * 100)} % of purchases faulty)`],
    ["requests", each((goods) => tally.asked[goods])],
    ["sent again after a loss", each((goods) => tally.repeated[goods])],
    ["sold by the upstreams", each((goods) => counts[goods].sold)],
    ["bought by the gateway", each((goods) => counts[goods].bought)],
    ["given back for a refund", report.refunded],
    ["messages of rentals", report.messages],
    ["uncertain, settled", report.settled],
    ["uncertain, listed", each((goods) => counts[goods].uncertain)],
    ["of them sold", each((goods) => counts[goods].uncertainSold)],
    ["paid, never learnt", each((goods) => counts[goods].unlearnt)],
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
  const points = PLACES.flatMap((place) => {
    const { asked, hit } = report.points.get(nameOfPlace(place)) ?? { asked: 0, hit: 0 };
    return asked > 0 ? [`  ${nameOfPlace(place).padEnd(24)} ${hit} of ${asked}  ${POINTS[place.point]}`] : [];
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
