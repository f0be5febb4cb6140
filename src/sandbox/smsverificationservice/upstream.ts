import { createAccount } from "../account.ts";
import type { UpstreamDefinition, UpstreamOptions } from "../definition.ts";
import { BASE_PATH, smsVerificationServiceApi } from "./api.ts";
import { callbackBody } from "./callback.ts";
import { type SmsOffer, smsVerificationServiceCatalogue } from "./catalogue.ts";

const LIFETIME_MS = 20 * 60_000;

export const smsverificationservice: UpstreamDefinition<UpstreamOptions<SmsOffer>> = {
  basePath: BASE_PATH,
  open(setup) {
    const account = createAccount<SmsOffer>({
      ...setup,
      offers: setup.options.catalogue ?? smsVerificationServiceCatalogue(),
      lifetimeMs: LIFETIME_MS,
      // "Already-cancelled or completed orders return HTTP 400."
      cancelsExpired: true,
      refOf: String,
    });
    return { account, api: smsVerificationServiceApi({ ...setup, account }), codesOnly: false, callbackBody };
  },
};
