import type { SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { call, type Reply, type Visit, visit } from "./support.ts";

export interface HandlerApiVisit extends Visit {
  act(action: string, query?: Record<string, string>): Promise<Reply>;
}

/** WhatsApp in the United States, with real numbers. */
export const WHATSAPP = { service: "wa", country: "187" };
export const RENT_WHATSAPP = { ...WHATSAPP, rent_time: "4" };

export async function visitHandlerApi(options?: SandboxOptions): Promise<HandlerApiVisit> {
  const here = await visit(options);
  const { baseUrls, apiKeys } = here.sandbox;
  return {
    ...here,
    act: (action, query = {}) =>
      call(`${baseUrls.handler_api}?${new URLSearchParams({ api_key: apiKeys.handler_api, action, ...query })}`, {}),
  };
}

export async function buy({ act }: HandlerApiVisit, asked = WHATSAPP) {
  const [, id = "", phone = ""] = (await act("getNumber", asked)).text.split(":");
  return { id, phone };
}

export async function rent({ act }: HandlerApiVisit, asked = RENT_WHATSAPP) {
  return String((await act("getRentNumber", asked)).body.phone.id);
}

export function books({ sandbox }: Visit) {
  return sandbox.control.books().handler_api;
}
