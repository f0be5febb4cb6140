import type { Client } from "@connectrpc/connect";
import { onTestFinished } from "vitest";
import type { Message } from "../../gen/numgate/v1/message_pb.ts";
import type { Rental, RentalService } from "../../gen/numgate/v1/rental_pb.ts";
import type { Sandbox, SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { until } from "../support/clock.ts";
import { type Gateway, startGateway } from "../support/gateway.ts";

/** The upstreams that rent, each with a length that its sandbox sells for WhatsApp in the US. */
export const RENTING = [
  { upstream: "ping", days: 7, more: 3 },
  { upstream: "smsverificationservice", days: 3, more: 3 },
  { upstream: "pvapins", days: 3, more: 3 },
  { upstream: "handler_api", days: 3, more: 7 },
] as const;
export type Renting = (typeof RENTING)[number]["upstream"];

const OWN: Partial<Record<Renting, string>> = {
  pvapins: ", pvapins: { rent_days: 3 }",
  handler_api: ", handler_api: { rent_days: [1, 3, 7] }",
  smsverificationservice: ", callback_secret: svs-secret-12345678",
};

function upstreamsAt(ids: readonly Renting[], { baseUrls }: Pick<Sandbox, "baseUrls">): string {
  const entries = ids.map(
    (id) => `  - { id: ${id}, provider: ${id}, api_key: sandbox, base_url: "${baseUrls[id]}"${OWN[id] ?? ""} }`,
  );
  return `upstreams:\n${entries.join("\n")}`;
}

/** These upstreams, or all that rent, with no message of their own: each comes when the test says. */
export function startRenting(
  options: { config?: string; sandbox?: SandboxOptions; at?: readonly Renting[] } = {},
): Promise<Gateway> {
  const { config = "", at = RENTING.map(({ upstream }) => upstream) } = options;
  const sandbox = { codeDelayMs: Number.POSITIVE_INFINITY, ...options.sandbox };
  return startGateway({ config, upstreams: (running) => upstreamsAt(at, running), sandbox });
}

/** An upstream that is slow to say its balance is done without after a second. */
const STEP_MS = 100;

/** Turns the clock by little steps: what is asked in one of them is answered before the next. */
export async function turn({ clock }: Gateway, ms: number): Promise<void> {
  for (let turned = 0; turned < ms; turned += STEP_MS) {
    await clock.advance(STEP_MS);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

type CreateRequest = Parameters<Client<typeof RentalService>["createRental"]>[0];

/** Rents for WhatsApp in the US unless told otherwise. */
export async function rent({ rentals }: Pick<Gateway, "rentals">, request: CreateRequest = {}): Promise<Rental> {
  const { rental } = await rentals.createRental({ countryCode: "US", service: "whatsapp", days: 3, ...request });
  if (!rental) throw new Error("the answer has no rental");
  return rental;
}

export async function get({ rentals }: Pick<Gateway, "rentals">, rentalId: string): Promise<Rental> {
  const { rental } = await rentals.getRental({ rentalId });
  if (!rental) throw new Error("the answer has no rental");
  return rental;
}

/** Turns the clock until the rental is as wanted; for at most some days of its time. */
export async function turnUntilRental(
  gateway: Gateway,
  rentalId: string,
  isWanted: (rental: Rental) => boolean,
  stepMs = 10_000,
): Promise<Rental> {
  for (let turned = 0; turned < 2_000; turned += 1) {
    const rental = await get(gateway, rentalId);
    if (isWanted(rental)) return rental;
    await gateway.clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error("it never came to that");
}

/** Puts a message into the newest order of an upstream. */
export function deliver({ sandbox }: Gateway, upstream: Renting, text: string): void {
  const order = sandbox.control.books()[upstream].orders.at(-1);
  sandbox.control.deliver({ upstream, orderId: order?.ref, text });
}

export async function messagesOf({ rentals }: Gateway, rentalId: string): Promise<Message[]> {
  const { messages } = await rentals.listRentalMessages({ rentalId, pageSize: 1000 });
  return messages;
}

/** What a watcher is shown, as it comes. */
export function watch({ rentals }: Pick<Gateway, "rentals">, rentalId: string, afterMessageId = "") {
  const leave = new AbortController();
  onTestFinished(() => leave.abort());
  const states: Rental[] = [];
  const messages: Message[] = [];
  const ended = (async () => {
    for await (const { event } of rentals.watchRental({ rentalId, afterMessageId }, { signal: leave.signal })) {
      if (event.case === "rental") states.push(event.value);
      else if (event.case === "message") messages.push(event.value);
    }
  })().catch((error: unknown) => error);
  return { states, messages, ended, leave: () => leave.abort(), until: (look: () => boolean) => until(look) };
}
