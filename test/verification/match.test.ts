import { describe, expect, it } from "vitest";
import { readLabel } from "../../src/catalog/services.ts";
import type { RecentOrder } from "../../src/core/desks.ts";
import type { PendingPurchase } from "../../src/core/records.ts";
import { type Doubt, type Evidence, isOnList, matchOrders } from "../../src/orders/settle/match.ts";

const START = Date.parse("2026-05-01T12:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1_000);
const usd = (cents: bigint) => ({ currency: "USD", micros: cents * 10_000n });

/** Of WhatsApp in the US for 0.40 USD, begun so many seconds after START. */
function doubt(seconds: number, fields: Partial<PendingPurchase> = {}, offerId = "sms:1"): Doubt {
  const attempt = {
    upstream: "sms",
    offerId,
    outcome: "UNCERTAIN" as const,
    quotedPrice: usd(40n),
    startTime: at(seconds),
    endTime: at(seconds + 1),
    explanation: "",
  };
  const purchase = { country: "US", service: "whatsapp", offerRef: "1", ...fields } as PendingPurchase;
  return { purchase, attempt };
}

function order(orderRef: string, seconds: number | undefined, fields: Partial<RecentOrder> = {}): RecentOrder {
  return {
    orderRef,
    numberAsSold: "+1 415 555 0100",
    serviceName: "WhatsApp",
    price: usd(40n),
    ...(seconds !== undefined && { createTime: at(seconds) }),
    ...fields,
  };
}

/** What the list says of each doubt: an order's ref, or a word. */
function match(doubts: readonly Doubt[], orders: readonly RecentOrder[], more: Partial<Evidence> = {}): string[] {
  const findings = matchOrders({ doubts, orders, underWay: [], covers: () => true, readLabel, ...more });
  return doubts.map((each) => {
    const finding = findings.get(each);
    if (finding?.says === "sold") return finding.order.orderRef;
    return finding?.says === "absent" ? (finding.certain ? "certainly absent" : "absent") : "ambiguous";
  });
}

describe("an order on the list", () => {
  it.each<[string, RecentOrder, string]>([
    ["that fits is the purchase's", order("a", 0), "a"],
    ["of an upstream whose clock is a little behind, too", order("a", -100), "a"],
    ["without a time, too", order("a", undefined), "a"],
    ["without a price, too", { ...order("a", 0), price: undefined } as unknown as RecentOrder, "a"],
    ["whose label names the country, too", order("a", 0, { serviceName: "WhatsApp (USA)" }), "a"],
    ["that names its offer, whatever it calls the service", order("a", 0, { offerRef: "1", serviceName: "x" }), "a"],
    ["of long before is another's", order("a", -600), "certainly absent"],
    ["for another service is another's", order("a", 0, { serviceName: "Telegram" }), "certainly absent"],
    ["for another country is another's", order("a", 0, { serviceName: "WhatsApp (UK)" }), "certainly absent"],
    ["of another offer is another's", order("a", 0, { offerRef: "2" }), "certainly absent"],
    [
      "with another country's calling code is another's",
      order("a", 0, { numberAsSold: "+44 20 7946 0017" }),
      "certainly absent",
    ],
    ["at another price may be the purchase's", order("a", 0, { price: usd(50n) }), "ambiguous"],
    ["of much later may be the purchase's, by a clock that is wrong", order("a", 900), "ambiguous"],
    ["without a number is no use, and may be the purchase's", order("a", 0, { numberAsSold: "" }), "ambiguous"],
    ["whose money went back is nobody's", order("a", 0, { standing: "returned" }), "certainly absent"],
    ["that stands in words nobody knows may be the purchase's", order("a", 0, { standing: "unclear" }), "ambiguous"],
    ["of a service without a name may be the purchase's", order("a", 0, { serviceName: "-" }), "ambiguous"],
  ])("%s", (_, listed, expected) => {
    expect(match([doubt(0)], [listed])).toEqual([expected]);
  });
});

describe("several purchases", () => {
  it("of one offer get as many orders in the order of time", () => {
    expect(match([doubt(20), doubt(0)], [order("late", 21), order("early", 1)])).toEqual(["late", "early"]);
  });

  it("of one offer with fewer orders: the first get them, and the rest were sold nothing", () => {
    expect(match([doubt(0), doubt(20)], [order("a", 1)])).toEqual(["a", "certainly absent"]);
    expect(match([doubt(0), doubt(20)], [order("a", 1)], { covers: () => false })).toEqual(["a", "absent"]);
  });

  it("of one offer with more orders get none", () => {
    expect(match([doubt(0)], [order("a", 1), order("b", 2)])).toEqual(["ambiguous"]);
  });

  it("of two offers that look alike on the list get none", () => {
    expect(match([doubt(0), doubt(1, {}, "sms:2")], [order("a", 1)])).toEqual(["ambiguous", "ambiguous"]);
  });

  it("of two offers that do not look alike get each their own", () => {
    const telegram = doubt(0, { service: "telegram" }, "sms:2");
    const orders = [order("t", 1, { serviceName: "Telegram" }), order("w", 2)];
    expect(match([doubt(0), telegram], orders)).toEqual(["w", "t"]);
  });

  it("one of which is still under way wait for its answer: the order may be its own", () => {
    expect(match([doubt(0)], [order("a", 1)], { underWay: [doubt(0).purchase] })).toEqual(["ambiguous"]);
  });
});

describe("an order that is not on the list", () => {
  const terms = { now: START + 60_000, lifetimeMs: 20 * 60_000 };
  it.each<[string, number, Parameters<typeof isOnList>[1], Partial<typeof terms>, boolean]>([
    ["proves nothing where nobody knows what the list holds", 0, undefined, {}, false],
    ["was not sold when the list is shorter than it may be", 3, { newest: 50, openOnly: false }, {}, true],
    ["may have left a list that is full of newer ones", 50, { newest: 50, openOnly: false }, {}, false],
    ["was not sold while it would be open", 3, { newest: 50, openOnly: true }, {}, true],
    [
      "may have ended where only open ones are listed",
      3,
      { newest: 50, openOnly: true },
      { now: START + 1_200_000 },
      false,
    ],
  ])("%s", (_, length, holds, more, expected) => {
    const orders = Array.from({ length }, (_, i) => order(String(i), 10 + i));
    expect(isOnList(orders, holds, doubt(0), { ...terms, ...more })).toBe(expected);
  });

  it("was not sold when a full list reaches back to before it", () => {
    const orders = [...Array.from({ length: 49 }, (_, i) => order(String(i), 10)), order("old", -600)];
    expect(isOnList(orders, { newest: 50, openOnly: false }, doubt(0), terms)).toBe(true);
  });
});
