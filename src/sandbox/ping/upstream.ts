import { createAccount } from "../account.ts";
import type { UpstreamDefinition, UpstreamOptions } from "../definition.ts";
import { BASE_PATH, pingApi } from "./api.ts";
import { type PingOffer, pingCatalogue } from "./catalogue.ts";

const LIFETIME_MS = 15 * 60_000;

export const ping: UpstreamDefinition<UpstreamOptions<PingOffer>> = {
  basePath: BASE_PATH,
  open(setup) {
    const account = createAccount<PingOffer>({
      ...setup,
      offers: setup.options.catalogue ?? pingCatalogue(),
      lifetimeMs: LIFETIME_MS,
      refOf: (orderNumber, { product }) =>
        `${product === "rental" ? "rnt" : "ord"}_${orderNumber.toString(36).padStart(12, "0")}`,
    });
    return { account, api: pingApi({ ...setup, account }), codesOnly: true };
  },
};
