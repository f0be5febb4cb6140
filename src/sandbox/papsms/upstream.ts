import { createAccount } from "../account.ts";
import type { UpstreamDefinition, UpstreamOptions } from "../definition.ts";
import { BASE_PATH, papSmsApi } from "./api.ts";
import { type PapSmsOffer, papSmsCatalogue } from "./catalogue.ts";

export interface PapSmsOptions extends UpstreamOptions<PapSmsOffer> {
  /**
   * What a cancelled number gives back of its cost, from 0 to 1. The document speaks of partial refunds and names no
   * share: 1 by default.
   */
  readonly refundedShare?: number;
}

const LIFETIME_MS = 60 * 60_000;

export const papsms: UpstreamDefinition<PapSmsOptions> = {
  basePath: BASE_PATH,
  open(setup) {
    const { catalogue = papSmsCatalogue(), refundedShare = 1 } = setup.options;
    const account = createAccount<PapSmsOffer>({
      ...setup,
      offers: catalogue,
      lifetimeMs: LIFETIME_MS,
      // "You only pay for successful verifications"
      refundsAtEnd: true,
      refOf: String,
    });
    return {
      account,
      api: papSmsApi({ ...setup, account, refundedShare }),
      codesOnly: false,
      callbackBody: ({ ref }, { code, text }) => ({ activation_id: ref, code: code ?? null, full_text: text }),
    };
  },
};
