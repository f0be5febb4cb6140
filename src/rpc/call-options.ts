import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import type { CallOptions } from "../orders/buying/once.ts";
import { fingerprintOf } from "./fingerprint.ts";

/** How a call that spends was made. */
export function callOptions<Desc extends DescMessage>(
  schema: Desc,
  request: MessageShape<Desc> & { readonly requestId: string },
  { signal, timeoutMs }: HandlerContext,
): CallOptions {
  const requestId = request.requestId.toLowerCase();
  return { requestId, fingerprint: fingerprintOf(schema, request), signal, timeoutMs: timeoutMs() };
}
