// Acme: https://api.acme.example/v1 (its document is in docs/adding-an-upstream.md).
//
// - `sold_out` comes with 503 and is a refusal all the same; any other 5xx is not.
// - A cancel is refused with `closed` whether the order has its code or has ended.

import { z } from "zod";
import type { Listing, Progress } from "../../src/core/desks.ts";
import { amount, count, id, lines, text, time } from "../../src/upstream/decode.ts";
import { defineProvider } from "../../src/upstream/define.ts";
import { perMinute } from "../../src/upstream/limits.ts";

const usd = amount("USD");

const service = z.object({ id, country: text, name: text, price: usd, stock: count });
const servicesAnswer = z.object({ services: lines(service), more: z.boolean() });
const balanceAnswer = z.object({ balance: usd });
const purchaseAnswer = z.object({ id, phone: text.min(1), price: usd, expires_at: time });
const orderAnswer = z.object({
  status: z.string(),
  sms: z.object({ from: text, text, code: text.nullable(), at: time }).nullable(),
});
const cancelAnswer = z.object({ status: z.literal("cancelled"), refund: usd });

const failure = z.object({ error: z.string() });
const webhook = z.object({ order_id: id });

export const acme = defineProvider({
  id: "acme",
  baseUrl: "https://api.acme.example/v1",
  options: z.object({ apiKey: z.string().min(1) }),
  limits: { account: perMinute(60), endpoints: { orders: { ...perMinute(20), verbs: ["buy"] } } },
  pollGapMs: 3_000,
  lifetimeMs: 15 * 60_000,
  cancelDelayMs: 60_000,
  refusals: {
    words: (body) => failure.safeParse(body).data?.error,
    reasons: [
      [/^sold_out$/, "NO_NUMBERS", 503],
      [/^low_balance$/, "UPSTREAM_FUNDS"],
      [/^bad_key$/, "UPSTREAM_CREDENTIALS"],
      [/^no_such_service$/, "NO_OFFERS"],
      [/^no_such_order$/, "NOT_FOUND"],
      [/^too_early$/, "CANCEL_TOO_EARLY"],
      // Whoever is told that the order has ended looks at it once more, and finds the code if there is one.
      [/^closed$/, "ALREADY_ENDED"],
    ],
  },
  callback: (body) => webhook.safeParse(body).data?.order_id,
  headers: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  desks: (http) => ({
    catalog: {
      async *listings(signal) {
        for (let page = 1, more = true; more; page += 1) {
          const answer = await http.getCatalog("/services", servicesAnswer, signal, { page: String(page) });
          yield answer.services.map(toListing);
          more = answer.more;
        }
      },
    },

    async balance(signal) {
      return (await http.get("/balance", balanceAnswer, signal)).balance;
    },

    verification: {
      async buy({ offerRef }, signal) {
        const order = await http.post("/orders", { service: offerRef }, purchaseAnswer, signal);
        return { orderRef: order.id, numberAsSold: order.phone, price: order.price, expireTime: order.expires_at };
      },

      async check({ orderRef }, signal) {
        return toProgress(await http.get(`/orders/${encodeURIComponent(orderRef)}`, orderAnswer, signal));
      },

      async cancel({ orderRef }, signal) {
        const path = `/orders/${encodeURIComponent(orderRef)}/cancel`;
        return { refund: (await http.post(path, undefined, cancelAnswer, signal)).refund };
      },
    },
  }),
});

function toListing({ id: ref, country, name: serviceName, price, stock }: z.infer<typeof service>): Listing {
  const sale = { price, available: stock > 0, availableCount: stock };
  return { ref, product: "VERIFICATION", country, serviceName, capabilities: ["SMS"], ...sale };
}

function toProgress({ status, sms }: z.infer<typeof orderAnswer>): Progress {
  if (sms) {
    const message = { sender: sms.from, text: sms.text, code: sms.code ?? undefined, receiveTime: sms.at };
    return { state: "received", messages: [message] };
  }
  if (status === "cancelled" || status === "expired") return { state: status };
  return { state: "waiting" };
}
