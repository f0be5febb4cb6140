import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { Money } from "../../gen/google/type/money_pb.ts";
import { type Attempt, Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { type Esim, EsimStatus } from "../../gen/numgate/v1/esim_pb.ts";
import type { Message } from "../../gen/numgate/v1/message_pb.ts";
import { type Rental, RentalStatus } from "../../gen/numgate/v1/rental_pb.ts";
import { type Verification, VerificationStatus } from "../../gen/numgate/v1/verification_pb.ts";
import { CALLERS, type CallerName, type Life } from "./daemon.ts";
import type { Goods } from "./points.ts";

/** What a caller has, or is to have: the same words for whatever it is. Money is in micro-units of USD. */
export interface Holding {
  readonly id: string;
  /** An extension is its rental's. */
  readonly product: Exclude<Goods, "extension">;
  readonly status: string;
  /** The number, or an eSIM's activation code; empty until it is there. */
  readonly goods: string;
  /** Of the purchase, then of the extensions. */
  readonly attempts: readonly Attempt[];
  readonly price: bigint;
  /** Undefined while that is not known. */
  readonly refund: bigint | undefined;
  readonly code: string | undefined;
  readonly messages: readonly Message[];
  /** Of a rental. */
  readonly totalDays: number;
  readonly expireMs: number;
}

const PLAIN = { refund: undefined, code: undefined, messages: [], totalDays: 0, expireMs: 0 };

export function holdingOfVerification(verification: Verification): Holding {
  const { verificationId: id, status, phoneNumber: goods, attempts, price, refund, code, messages } = verification;
  return {
    ...PLAIN,
    id,
    product: "verification",
    status: nameOf(VerificationStatus, status),
    goods,
    attempts,
    price: microsOf(price),
    refund: refund && microsOf(refund),
    code,
    messages,
  };
}

/** With the messages that are known, which may be a part of them. */
export function holdingOfRental(rental: Rental, messages: readonly Message[] = []): Holding {
  const { rentalId: id, status, phoneNumber: goods, attempts, price, refund, totalDays, expireTime } = rental;
  return {
    ...PLAIN,
    id,
    product: "rental",
    status: nameOf(RentalStatus, status),
    goods,
    attempts,
    price: microsOf(price),
    refund: refund && microsOf(refund),
    messages,
    totalDays,
    expireMs: millisOf(expireTime),
  };
}

export function holdingOfEsim({ esimId: id, status, activationCode: goods, attempts, price }: Esim): Holding {
  const product = "esim";
  return { ...PLAIN, id, product, status: nameOf(EsimStatus, status), goods, attempts, price: microsOf(price) };
}

/** The purchase itself: until it has bought, everything that was tried is for it. */
export function purchaseOf({ attempts }: Holding): readonly Attempt[] {
  return attempts.slice(0, bought(attempts) + 1);
}

/** Of a rental: what was tried to keep it for longer. */
export function extensionsOf({ attempts }: Holding): readonly Attempt[] {
  return attempts.slice(bought(attempts) + 1);
}

function bought(attempts: readonly Attempt[]): number {
  const at = attempts.findIndex(({ outcome }) => outcome === Outcome.BOUGHT);
  return at < 0 ? attempts.length : at;
}

/** Everything that all callers have. */
export async function listHoldings(life: Life): Promise<readonly Holding[]> {
  const all: Holding[] = [];
  for (const caller of CALLERS) {
    const { verifications, rentals, esims } = life.as(caller);
    await everyPage(async (page) => {
      const { verifications: found, nextPageToken } = await verifications.listVerifications(page);
      all.push(...found.map(holdingOfVerification));
      return nextPageToken;
    });
    await everyPage(async (page) => {
      const { rentals: found, nextPageToken } = await rentals.listRentals(page);
      for (const rental of found) all.push(holdingOfRental(rental, await messagesOf(life, caller, rental)));
      return nextPageToken;
    });
    await everyPage(async (page) => {
      const { esims: found, nextPageToken } = await esims.listEsims(page);
      all.push(...found.map(holdingOfEsim));
      return nextPageToken;
    });
  }
  return all;
}

/** One of them, as it is now. Throws what the call throws. */
export async function getHolding(
  life: Life,
  caller: CallerName,
  { id, product }: Pick<Holding, "id" | "product">,
): Promise<Holding | undefined> {
  const { verifications, rentals, esims } = life.as(caller);
  if (product === "verification") {
    const { verification } = await verifications.getVerification({ verificationId: id });
    return verification && holdingOfVerification(verification);
  }
  if (product === "esim") {
    const { esim } = await esims.getEsim({ esimId: id });
    return esim && holdingOfEsim(esim);
  }
  const { rental } = await rentals.getRental({ rentalId: id });
  return rental && holdingOfRental(rental, await messagesOf(life, caller, rental));
}

async function messagesOf(
  life: Life,
  caller: CallerName,
  { rentalId, messageCount }: Rental,
): Promise<readonly Message[]> {
  if (messageCount === 0) return [];
  const all: Message[] = [];
  await everyPage(async (page) => {
    const { messages, nextPageToken } = await life.as(caller).rentals.listRentalMessages({ rentalId, ...page });
    all.push(...messages);
    return nextPageToken;
  });
  return all;
}

async function everyPage(read: (page: { pageSize: number; pageToken: string }) => Promise<string>): Promise<void> {
  let pageToken = "";
  do {
    pageToken = await read({ pageSize: 1_000, pageToken });
  } while (pageToken !== "");
}

function nameOf(statuses: Readonly<Record<string, number>>, status: number): string {
  return Object.entries(statuses).find(([, value]) => value === status)?.[0] ?? `status ${status}`;
}

export function microsOf(money: Money | undefined): bigint {
  return (money?.units ?? 0n) * 1_000_000n + BigInt(Math.trunc((money?.nanos ?? 0) / 1_000));
}

export function millisOf(time: Timestamp | undefined): number {
  return Number(time?.seconds ?? 0n) * 1_000 + (time?.nanos ?? 0) / 1_000_000;
}
