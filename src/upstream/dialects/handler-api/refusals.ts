import { z } from "zod";
import type { Reason } from "../../../core/error.ts";
import { hint, word } from "../../decode.ts";
import type { Refusals } from "../../http.ts";
import { unquoted } from "./calls.ts";

const jsonFailure = z.union([
  // The newest hosts' form: the token, and what it is about.
  z
    .object({ title: z.string(), info: z.object({ retry_after_seconds: z.string() }).optional().catch(undefined) })
    .transform(({ title, info }) => (info ? `${title}:${info.retry_after_seconds}` : title)),
  z
    .object({
      status: z.union([z.literal(false), word.pipe(z.enum(["error", "false", "fail", "failed", "0"]))]),
      message: hint(z.string()),
      msg: hint(z.string()),
      error: hint(z.string()),
    })
    .transform(({ message, msg, error }) => message || msg || error || ""),
  z.object({ status: z.undefined().optional(), error: z.string() }).transform(({ error }) => error),
]);

/** What begins so is an answer, but for the one that says that it was so already. */
const ANSWER = /^(?:ACCESS|STATUS)_(?!CANCEL_ALREADY)/;

/** Failures in form, and answers in meaning: there is nothing in the list, or nothing yet. */
const NOTHING_THERE = /^(?:NO_ACTIVATIONS|STATUS_WAIT_CODE)$/;

/** The token that begins the words, and not a longer one that begins with it. */
const tokens = (...names: string[]) => new RegExp(`^(?:${names.join("|")})(?!\\w)`, "i");

/**
 * The tokens by what they mean. Some are left out on purpose, for they leave it open what became of a purchase:
 * ORDER_ALREADY_EXISTS, ERROR_SQL, SQL_ERROR, SERVER_ERROR.
 */
const REASONS: readonly (readonly [RegExp, Reason])[] = [
  [tokens("BAD_KEY", "BAD_API_KEY", "NO_KEY", "WRONG_API_KEY", "ERROR_WRONG_KEY"), "UPSTREAM_CREDENTIALS"],
  // The account itself is turned away: for a time or until its operator has spoken with the host.
  [tokens("BANNED", "CHANNELS_LIMIT", "ACCOUNT_INACTIVE"), "UPSTREAM_CREDENTIALS"],
  [tokens("NO_BALANCE", "LOW_BALANCE", "NO_MONEY", "NO_BALANCE_FORWARD"), "UPSTREAM_FUNDS"],
  [tokens("NO_NUMBERS", "NO_NUMBER", "OUT_OF_STOCK"), "NO_NUMBERS"],
  [tokens("WRONG_MAX_PRICE"), "PRICE_ABOVE_MAX"],
  [tokens("BAD_SERVICE", "WRONG_SERVICE", "BAD_COUNTRY", "WRONG_COUNTRY", "WRONG_OPERATOR"), "NO_OFFERS"],
  [tokens("WRONG_EXCEPTION_PHONE", "INVALID_TIME", "MAX_HOURS_EXCEED", "UNPROCESSABLE_ENTITY"), "NO_OFFERS"],
  [tokens("SERVICE_UNAVAILABLE_REGION", "SERVICE_NOT_AVAILABLE"), "NO_OFFERS"],
  [tokens("BAD_ACTION", "WRONG_ACTION", "BAD_STATUS", "INCORECT_STATUS"), "NOT_SUPPORTED"],
  // It has not ended, and will not be taken back either.
  [tokens("CANT_CANCEL", "FREE_CANCELLATION_EXPIRED"), "NOT_SUPPORTED"],
  [tokens("NO_ACTIVATION", "WRONG_ACTIVATION_ID", "INVALID_ACTIVATION_ID", "NOT_FOUND"), "NOT_FOUND"],
  [tokens("NO_ID_RENT", "INVALID_PHONE"), "NOT_FOUND"],
  [tokens("EARLY_CANCEL_DENIED"), "CANCEL_TOO_EARLY"],
  [tokens("OTP_RECEIVED", "NEW_OTP_RECEIVED"), "ALREADY_RECEIVED"],
  [tokens("ACTIVATION_NOT_ACTIVE", "ACCESS_CANCEL_ALREADY"), "ALREADY_ENDED"],
  [tokens("ALREADY_FINISH", "ALREADY_CANCEL", "RENT_DIE"), "ALREADY_ENDED"],
  [tokens("STATUS_FINISH", "STATUS_CANCEL", "STATUS_REVOKE"), "ALREADY_ENDED"],
  [tokens("RATE_LIMIT"), "UPSTREAMS_UNAVAILABLE"],
];

/** How every host says no: a token as text, under 200 as well as under 4xx, or the same token in JSON. */
export const refusals: Refusals = {
  words(answer) {
    const body = unquoted(answer);
    const said = typeof body === "string" ? body : jsonFailure.safeParse(body).data;
    if (said === undefined || NOTHING_THERE.test(said)) return undefined;
    return typeof body === "string" && (body === "" || ANSWER.test(body)) ? undefined : said;
  },
  reasons: REASONS,
  retryAfterMs(words) {
    // A time instead of seconds is in the host's own zone, which nobody names.
    const [, seconds] = /^(?:BANNED|RATE_LIMIT):(\d{1,6})$/.exec(words) ?? [];
    return seconds ? Number(seconds) * 1_000 : undefined;
  },
};
