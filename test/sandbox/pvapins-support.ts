import type { SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { call, type Reply, type Visit, visit } from "./support.ts";

export interface PvapinsVisit extends Visit {
  /** Calls a file with the key. */
  get(file: string, query?: Record<string, string>): Promise<Reply>;
  /** Calls a file as it stands. */
  bare(file: string): Promise<Reply>;
}

/** What a number for one code, or with `is_rent` a rented one, is asked for by. */
export const WHATSAPP = { app: "Whatsapp24", country: "USA" };
export const RENT_WHATSAPP = { app: "Rent Whatsapp", country: "USA" };

export async function visitPvapins(options?: SandboxOptions): Promise<PvapinsVisit> {
  const here = await visit(options);
  const { baseUrls, apiKeys } = here.sandbox;
  const bare = (file: string) => call(`${baseUrls.pvapins}/${file}`, {});
  return {
    ...here,
    bare,
    get: (file, query = {}) => bare(`${file}?${new URLSearchParams({ customer: apiKeys.pvapins, ...query })}`),
  };
}

/** The three words that name it from then on. */
export async function buy({ get }: PvapinsVisit, asked = WHATSAPP) {
  return { ...asked, number: (await get("get_number.php", asked)).text };
}

export async function rent({ get }: PvapinsVisit, asked = RENT_WHATSAPP) {
  const { body } = await get("get_number.php", { ...asked, is_rent: "1" });
  return { ...asked, number: String(body.data) };
}

export function books({ sandbox }: Visit) {
  return sandbox.control.books().pvapins;
}
