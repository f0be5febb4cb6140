import { createAccount } from "../account.ts";
import type { UpstreamDefinition, UpstreamOptions } from "../definition.ts";
import { BASE_PATH, handlerApi } from "./api.ts";
import { callbackBody } from "./callback.ts";
import { type HandlerApiCurrency, type HandlerApiOffer, handlerApiCatalogue } from "./catalogue.ts";

const LIFETIME_MS = 20 * 60_000;

export interface HandlerApiOptions extends UpstreamOptions<HandlerApiOffer> {
  /** Dollars by default. */
  readonly currency?: HandlerApiCurrency;
  /** Makes it a host that knows the first actions only; false by default. */
  readonly textOnly?: boolean;
}

export const handler_api: UpstreamDefinition<HandlerApiOptions> = {
  basePath: BASE_PATH,
  open(setup) {
    const { currency = "USD", textOnly = false, catalogue = handlerApiCatalogue(currency) } = setup.options;
    const account = createAccount<HandlerApiOffer>({
      ...setup,
      balance: { ...setup.balance, currency },
      offers: catalogue,
      lifetimeMs: LIFETIME_MS,
      refundsAtEnd: true,
      refOf: String,
    });
    return { account, api: handlerApi({ ...setup, account, textOnly }), codesOnly: true, callbackBody };
  },
};
