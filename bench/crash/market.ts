import { parseMoney } from "../../src/core/money.ts";
import type { OrderEntry } from "../../src/sandbox/books.ts";
import { ControlError } from "../../src/sandbox/control.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";
import { smsVerifyoCatalogue } from "../../src/sandbox/smsverifyo/catalogue.ts";
import { UPSTREAM_IDS, type UpstreamId } from "../../src/sandbox/upstreams.ts";

/** One account of the gateway at one of the sandboxes. */
export interface Seller {
  /** As the gateway's configuration has it. */
  readonly id: string;
  readonly provider: UpstreamId;
  readonly baseUrl: string;
}

/** What an upstream knows of its account. Amounts are micro-units of USD. */
export interface SellerBooks {
  /** What left the account since the start, less what came back. */
  readonly spent: bigint;
  readonly orders: readonly OrderEntry[];
  /** Calls over a documented limit. */
  readonly limited: number;
  readonly disallowed: number;
}

/** Everything that can be bought from: some sandboxes, each with all upstreams, every one an account of its own. */
export interface Market {
  readonly sellers: readonly Seller[];
  books(seller: Seller): SellerBooks;
  /** From now on this share of the purchases meets one of the faults. */
  fail(rate: number, kinds: readonly FaultKind[]): void;
  /** One more message arrives at a number that is rented; nothing happens when it is not any more. */
  deliver(sellerId: string, phone: string): void;
  /** From now on nobody has numbers for Telegram at Ping, where catalogues still list them. */
  sellOut(): void;
  close(): Promise<void>;
}

/** What sells something, as the books name it. */
const PURCHASES: Readonly<Record<UpstreamId, readonly string[]>> = {
  ping: ["create", "rental_create", "rental_extend"],
  smsverificationservice: ["create", "rental_create", "renew", "esim_create"],
  smsverifyo: ["create"],
  papsms: ["create"],
  pvapins: ["create", "rental_create", "rental_extend"],
  handler_api: ["create", "rental_create", "rental_extend"],
};

/** Those that rent numbers out. */
export const RENTING: readonly UpstreamId[] = ["ping", "smsverificationservice", "pvapins", "handler_api"];

/** More than any run spends. */
const BALANCE = "100000.00";
const CODE_DELAY = { min: 0, max: 200 };

/**
 * The documented limits are enforced, so more load needs more sandboxes: each sells any number of numbers at handler_api,
 * 5 a minute at PVAPins, 30 at Ping, and at the others what the polls leave of 60 calls.
 */
export async function openMarket({ sandboxes, seed }: { sandboxes: number; seed: number }): Promise<Market> {
  const opened = await Promise.all(
    Array.from({ length: sandboxes }, (_, index) =>
      startSandbox({ ...accounts(), seed: seed + index, codeDelayMs: CODE_DELAY }),
    ),
  );
  const places = new Map<Seller, Sandbox>();
  for (const [index, sandbox] of opened.entries()) {
    for (const provider of UPSTREAM_IDS) {
      places.set({ id: `${provider}-${index + 1}`, provider, baseUrl: sandbox.baseUrls[provider] }, sandbox);
    }
  }

  return {
    sellers: [...places.keys()],
    books(seller) {
      const books = places.get(seller)?.control.books()[seller.provider];
      if (!books) throw new Error(`nobody sells as ${seller.id}`);
      const { orders, limited, disallowed } = books;
      return { spent: micros(BALANCE) - micros(books.balance), orders, limited, disallowed: disallowed.total };
    },
    fail(rate, kinds) {
      for (const [{ provider: upstream }, { control }] of places) {
        for (const endpoint of PURCHASES[upstream]) control.failOften({ upstream, endpoint, rate, kinds });
      }
    },
    deliver(sellerId, phone) {
      const [seller, sandbox] = [...places].find(([{ id }]) => id === sellerId) ?? [];
      try {
        sandbox?.control.deliver({ upstream: seller?.provider, phone });
      } catch (error) {
        if (!(error instanceof ControlError)) throw error;
      }
    },
    sellOut() {
      for (const { control } of opened) control.setStock({ upstream: "ping", service: "Telegram", count: 0 });
    },
    async close() {
      await Promise.all(opened.map((sandbox) => sandbox.close()));
    },
  };
}

/** As SMSVerifyo spells what the load buys there. */
const BOUGHT = /^(?:whatsapp|telegram|sandbox .*)$/i;

function accounts(): SandboxOptions {
  const own: SandboxOptions = {
    // Its list takes a call for each service, of which every restart would spend a minute's worth.
    smsverifyo: { cancelCooldownMs: 0, catalogue: smsVerifyoCatalogue().filter(({ service }) => BOUGHT.test(service)) },
  };
  return Object.fromEntries(UPSTREAM_IDS.map((id) => [id, { ...own[id], balance: BALANCE }]));
}

/** Of a decimal in the sandbox's books. */
export function micros(decimal: string): bigint {
  const money = parseMoney(decimal, "USD");
  if (!money) throw new Error(`${decimal} is not an amount`);
  return money.micros;
}
