import type { Answer, Misuse } from "../wire.ts";

/** Nearly everything is said in a bare text with status 200. */
export function text(body: string, misuse?: Misuse): Answer {
  return { status: 200, body, ...(misuse && { misuse }) };
}

export function list(body: readonly unknown[]): Answer {
  return { status: 200, body };
}

/** The answers that tell success by a number. */
export function done(data: string): Answer {
  return { status: 200, body: { data, code: 100 } };
}

export function refused(data: string, misuse?: Misuse): Answer {
  return { status: 200, body: { data, code: 200 }, ...(misuse && { misuse }) };
}

export const CUSTOMER_NOT_FOUND = "Customer Not Found.";
export const APP_NOT_FOUND = "App Not Found.";
export const COUNTRY_NOT_FOUND = "Country Not Found.";
export const APP_OR_COUNTRY_NOT_FOUND = "App or Country Not Found.";
export const NUMBER_NOT_FOUND = "Number Not Found.";
export const NO_CODE_YET = "You have not received any code yet.";
export const NO_FREE_CHANNELS = "No free channels available check after sometime.";
export const NOT_ENOUGH_BALANCE = "Not Enough balance.";
export const NOT_ABLE_TO_REJECT = "Not able to reject.";
export const CHECK_BACK_LATER = "Error 102, check back later.";

/** `17/08/2025 08:15 pm`, in UTC. */
export function readableTime(ms: number): string {
  const [, year, month, day, hours = "0", minutes] = /^(\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(
    new Date(ms).toISOString(),
  ) as RegExpExecArray;
  const hour = Number(hours);
  const clock = String(hour % 12 || 12).padStart(2, "0");
  return `${day}/${month}/${year} ${clock}:${minutes} ${hour < 12 ? "am" : "pm"}`;
}

/** The number as it was given out, and as it must come back: digits alone. */
export function digits(phone: string): string {
  return phone.replace(/\D/g, "");
}
