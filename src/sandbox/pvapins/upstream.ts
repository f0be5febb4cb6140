import { createAccount } from "../account.ts";
import type { UpstreamDefinition, UpstreamOptions } from "../definition.ts";
import { BASE_PATH, pvapinsApi } from "./api.ts";
import { type PvapinsOffer, pvapinsCatalogue } from "./catalogue.ts";

const LIFETIME_MS = 20 * 60_000;

export const pvapins: UpstreamDefinition<UpstreamOptions<PvapinsOffer>> = {
  basePath: BASE_PATH,
  open(setup) {
    const account = createAccount<PvapinsOffer>({
      ...setup,
      offers: setup.options.catalogue ?? pvapinsCatalogue(),
      lifetimeMs: LIFETIME_MS,
      refundsAtEnd: true,
      refOf: String,
    });
    return { account, api: pvapinsApi({ ...setup, account }), codesOnly: false };
  },
};
