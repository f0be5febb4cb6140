import type { Clock } from "../../core/clock.ts";
import type { Account } from "../account.ts";
import type { Messages } from "../messages.ts";
import type { Endpoint } from "../upstream.ts";
import type { HandlerApiOffer } from "./catalogue.ts";

export interface HandlerApiParts {
  readonly apiKey: string;
  /** A host that knows the first actions only: no JSON where a token does, no lists of names. */
  readonly textOnly: boolean;
  readonly account: Account<HandlerApiOffer>;
  readonly messages: Messages;
  readonly clock: Clock;
}

/** One value of `action`. */
export interface Action extends Pick<Endpoint, "operation" | "query" | "answer"> {
  readonly action: string;
  /** The value of `status`, where each is an action of its own. */
  readonly status?: number | typeof ANY_STATUS;
  /** A host that is text only does not know it. */
  readonly beyondText?: true;
}

/** Whatever no action before it is about. */
export const ANY_STATUS = ":id";
