import { createAccount } from "../account.ts";
import type { UpstreamDefinition, UpstreamOptions } from "../definition.ts";
import { BASE_PATH, smsVerifyoApi } from "./api.ts";
import { type SmsVerifyoOffer, smsVerifyoCatalogue, uuidOf } from "./catalogue.ts";

export interface SmsVerifyoOptions extends UpstreamOptions<SmsVerifyoOffer> {
  /** How long after its purchase an order cannot be cancelled: 60 s by default. The document gives no number. */
  readonly cancelCooldownMs?: number;
}

const LIFETIME_MS = 30 * 60_000;
const DEFAULT_CANCEL_COOLDOWN_MS = 60_000;

export const smsverifyo: UpstreamDefinition<SmsVerifyoOptions> = {
  basePath: BASE_PATH,
  open(setup) {
    const { catalogue = smsVerifyoCatalogue(), cancelCooldownMs = DEFAULT_CANCEL_COOLDOWN_MS } = setup.options;
    const account = createAccount<SmsVerifyoOffer>({
      ...setup,
      offers: catalogue,
      lifetimeMs: LIFETIME_MS,
      refOf: (orderNumber) => uuidOf(`order ${orderNumber}`, "b7"),
    });
    return { account, api: smsVerifyoApi({ ...setup, account, cancelCooldownMs }), codesOnly: true };
  },
};
