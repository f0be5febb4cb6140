import { createHash, timingSafeEqual } from "node:crypto";
import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import { Health } from "../../gen/grpc/health/v1/health_pb.ts";
import { type Caller, LOCAL_CALLER } from "../core/caller.ts";
import { GatewayError } from "../core/error.ts";
import { toConnectError } from "./error.ts";

export interface CallerToken {
  readonly caller: Caller;
  readonly tokenSha256: Buffer;
}

/** Runs when the headers are there and before the body is read. */
export type RequestGate = (context: HandlerContext) => void;

export interface Auth {
  readonly gate: RequestGate;
  /** Streams that are open go on as who they were. Without callers everyone is the local one: look before replacing. */
  replace(callers: readonly CallerToken[]): void;
  /** As configured now; undefined when there is none of that name any more. */
  callerNamed(name: string): Caller | undefined;
}

export const callerKey = createContextKey<Caller | undefined>(undefined, { description: "caller" });

/** Who calls. Every call has a caller, except those of grpc.health. */
export function callerOf(context: HandlerContext): Caller {
  const caller = context.values.get(callerKey);
  if (!caller) throw new Error("the call did not pass the gate");
  return caller;
}

/**
 * Callers show who they are by `authorization: Bearer <token>`. Health is for probes, which have none; reflection asks
 * for the token like any call. With no callers configured, everyone is the local caller.
 */
export function createAuth(initial: readonly CallerToken[]): Auth {
  let callers = initial;
  return {
    callerNamed(name) {
      const all = callers.length === 0 ? [LOCAL_CALLER] : callers.map(({ caller }) => caller);
      return all.find((caller) => caller.name === name);
    },
    gate(context) {
      if (context.service.typeName === Health.typeName) return;
      context.values.set(callerKey, callers.length === 0 ? LOCAL_CALLER : identify(callers, context.requestHeader));
    },
    replace(next) {
      callers = next;
    },
  };
}

function identify(callers: readonly CallerToken[], header: Headers): Caller {
  const token = /^Bearer +(\S+)$/i.exec(header.get("authorization") ?? "")?.[1];
  if (!token) throw unauthenticated("a bearer token is needed");
  const hash = createHash("sha256").update(token).digest();
  // All are compared, so that the time taken does not say which one it was.
  const matches = callers.filter(({ tokenSha256 }) => timingSafeEqual(hash, tokenSha256));
  if (!matches[0]) throw unauthenticated("the bearer token is not known");
  return matches[0].caller;
}

function unauthenticated(message: string) {
  return toConnectError(new GatewayError("UNAUTHENTICATED", message));
}
