// Any host that speaks handler_api: which one, its `base_url` says, and what it does in its own way, the `handler_api`
// section of its entry. Nothing here is about one host.

import { z } from "zod";
import { defineProvider } from "../upstream/define.ts";
import { handlerApi, refusals } from "../upstream/dialects/handler-api.ts";

export const handler_api = defineProvider({
  id: "handler_api",
  options: z.object({
    apiKey: z.string().min(1),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default("USD"),
    version: z.enum(["v2", "text"]).default("v2"),
    needsReady: z.boolean().default(false),
    rentDays: z.array(z.number().int().positive()).default([]),
    lifetimeMs: z.number().positive().optional(),
    cancelDelayMs: z.number().nonnegative().optional(),
  }),
  // Each host has its own: its entry names it.
  limits: {},
  pollGapMs: 3_000,
  lifetimeMs: 20 * 60_000,
  cancelDelayMs: 2 * 60_000,
  terms: ({ lifetimeMs, cancelDelayMs }) => ({
    ...(lifetimeMs !== undefined && { lifetimeMs }),
    ...(cancelDelayMs !== undefined && { cancelDelayMs }),
  }),
  textAnswers: true,
  refusals,
  // The key goes with each action, in the query.
  headers: () => ({}),
  desks: (http, options) => handlerApi(http, options),
});
