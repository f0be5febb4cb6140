import type { Clock } from "../core/clock.ts";
import type { Money } from "../core/money.ts";
import type { Account } from "./account.ts";
import type { Tally } from "./books.ts";
import type { CallbackBody } from "./callbacks.ts";
import type { Messages } from "./messages.ts";
import type { Offer } from "./offer.ts";
import type { Phones } from "./phones.ts";
import type { UpstreamApi } from "./upstream.ts";

/** What can be chosen about an upstream when the sandbox starts. */
export interface UpstreamOptions<O extends Offer = Offer> {
  readonly apiKey?: string;
  /** A decimal, in the account's currency. */
  readonly balance?: string;
  readonly catalogue?: readonly O[];
}

/** What an upstream is opened with. */
export interface Setup<Options extends UpstreamOptions = UpstreamOptions> {
  readonly options: Options;
  readonly apiKey: string;
  readonly balance: Money;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly phones: Phones;
  readonly messages: Messages;
  /** Never the same twice, at whichever upstream. */
  nextOrderNumber(): number;
}

export interface OpenedUpstream {
  readonly account: Account;
  readonly api: UpstreamApi;
  /** It hands out a verification's code only, so a text without one cannot arrive there. */
  readonly codesOnly: boolean;
  /** What it posts when a message arrives; absent where the document has no callbacks. */
  readonly callbackBody?: CallbackBody;
}

/** An upstream that the sandbox can speak for. */
export interface UpstreamDefinition<Options extends UpstreamOptions = UpstreamOptions> {
  /** Where the sandbox answers it. */
  readonly basePath: string;
  open(setup: Setup<Options>): OpenedUpstream;
}
