// From Acme's document (docs/adding-an-upstream.md), copied as it is; what is not in it is marked.

import type { BoughtOrder } from "../../src/core/desks.ts";
import { type Case, type ProviderFixtures, usd } from "../../test/providers/contract.ts";
import { json } from "../../test/upstream/scripted-server.ts";

const order: BoughtOrder = { orderRef: "o_81", offerRef: "s_17", numberAsSold: "+44 7700 900123" };

const buy: Pick<Case, "call" | "request"> = {
  call: (desks, signal) => desks.verification?.buy({ offerRef: "s_17", capability: "SMS" }, signal),
  request: { method: "POST", path: "/v1/orders", body: { service: "s_17" } },
};

const check: Pick<Case, "call" | "request"> = {
  call: (desks, signal) => desks.verification?.check(order, signal),
  request: { method: "GET", path: "/v1/orders/o_81" },
};

const cancel: Pick<Case, "call" | "request"> = {
  call: (desks, signal) => desks.verification?.cancel(order, signal),
  request: { method: "POST", path: "/v1/orders/o_81/cancel" },
};

const failed = (error: string, status: number) => json({ error }, status);

export const fixtures: ProviderFixtures = {
  baseUrl: "https://api.acme.example/v1",
  options: { apiKey: "ak_key" },
  headers: { authorization: "Bearer ak_key" },
  listings: [
    {
      request: { method: "GET", path: "/v1/services", query: { page: "1" } },
      answer: json(`{
        "services": [{ "id": "s_17", "country": "GB", "name": "WhatsApp", "price": 0.45, "stock": 120 }],
        "more": true
      }`),
      gives: [
        {
          ref: "s_17",
          product: "VERIFICATION",
          country: "GB",
          serviceName: "WhatsApp",
          capabilities: ["SMS"],
          price: usd("0.45"),
          available: true,
          availableCount: 120,
        },
      ],
      isVital: true,
    },
    {
      request: { method: "GET", path: "/v1/services", query: { page: "2" } },
      // Not in the document: an offer that is out, and a line that cannot be read.
      answer: json(`{
        "services": [
          { "id": "s_18", "country": "DE", "name": "Telegram", "price": 0.375, "stock": 0 },
          { "id": "s_19", "country": "FR", "name": "Signal", "price": null, "stock": 3 }
        ],
        "more": false
      }`),
      gives: [
        {
          ref: "s_18",
          product: "VERIFICATION",
          country: "DE",
          serviceName: "Telegram",
          capabilities: ["SMS"],
          price: usd("0.375"),
          available: false,
          availableCount: 0,
        },
      ],
      isVital: true,
    },
  ],
  cases: {
    "buy: ok": {
      ...buy,
      answer: json(
        '{ "id": "o_81", "phone": "+44 7700 900123", "price": 0.45, "expires_at": "2026-11-21T09:15:00Z" }',
        201,
      ),
      gives: {
        orderRef: "o_81",
        numberAsSold: "+44 7700 900123",
        price: usd("0.45"),
        expireTime: new Date("2026-11-21T09:15:00Z"),
      },
    },
    "buy: no numbers": { ...buy, answer: failed("sold_out", 503), refuses: "NO_NUMBERS" },
    "buy: no funds": { ...buy, answer: failed("low_balance", 402), refuses: "UPSTREAM_FUNDS" },
    "buy: bad key": { ...buy, answer: failed("bad_key", 401), refuses: "UPSTREAM_CREDENTIALS" },
    "buy: bad mapping": { ...buy, answer: failed("no_such_service", 422), refuses: "NO_OFFERS" },
    "buy: rate limited": {
      ...buy,
      answer: { ...failed("slow_down", 429), headers: { "retry-after": "7" } },
      refuses: "UPSTREAMS_UNAVAILABLE",
      retryAfterMs: 7_000,
    },
    "check: waiting": { ...check, answer: json({ status: "waiting", sms: null }), gives: { state: "waiting" } },
    "check: unknown word": { ...check, answer: json({ status: "on_hold", sms: null }), gives: { state: "waiting" } },
    "check: received": {
      ...check,
      answer: json({
        status: "received",
        sms: { from: "WhatsApp", text: "Your code is 123-456", code: "123456", at: "2026-11-21T09:01:12Z" },
      }),
      gives: {
        state: "received",
        messages: [
          {
            sender: "WhatsApp",
            text: "Your code is 123-456",
            code: "123456",
            receiveTime: new Date("2026-11-21T09:01:12Z"),
          },
        ],
      },
    },
    "check: cancelled": { ...check, answer: json({ status: "cancelled", sms: null }), gives: { state: "cancelled" } },
    "check: expired": { ...check, answer: json({ status: "expired", sms: null }), gives: { state: "expired" } },
    "check: not found": { ...check, answer: failed("no_such_order", 404), refuses: "NOT_FOUND" },
    "cancel: ok": {
      ...cancel,
      answer: json('{ "status": "cancelled", "refund": 0.45 }'),
      gives: { refund: usd("0.45") },
    },
    "cancel: too early": { ...cancel, answer: failed("too_early", 409), refuses: "CANCEL_TOO_EARLY" },
    "cancel: over": { ...cancel, answer: failed("closed", 409), refuses: "ALREADY_ENDED" },
    "balance: ok": {
      call: (desks, signal) => desks.balance?.(signal),
      request: { method: "GET", path: "/v1/balance" },
      answer: json('{ "balance": 12.5 }'),
      gives: usd("12.50"),
    },
  },
  callbacks: {
    "as the document has them": { body: '{ "event": "sms", "order_id": "o_81" }', gives: "o_81" },
  },
};
