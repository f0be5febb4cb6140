import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageShape,
} from "@bufbuild/protobuf";
import { createContextKey, type Interceptor, type MethodImplSpec } from "@connectrpc/connect";
import type { Call } from "./call.ts";

/** The methods that are served here: of one request message. */
export type CallSpec = Extract<MethodImplSpec, { kind: "unary" | "server_streaming" }>;

/** An interceptor's next, down to the handler. */
export type Chain = Parameters<Interceptor>[0];

export const callKey = createContextKey<Call | undefined>(undefined, { description: "call" });

/** Puts the interceptors, outermost first, around the handler. */
export function createChain(spec: CallSpec, interceptors: readonly Interceptor[]): Chain {
  return interceptors.reduceRight<Chain>((next, interceptor) => interceptor(next), createHandler(spec));
}

function createHandler(spec: CallSpec): Chain {
  return async (request) => {
    const call = request.contextValues.get(callKey);
    if (!call) throw new Error("the call was not begun here");
    const { context, ending } = call;
    const common = {
      service: spec.method.parent,
      get header() {
        return context.responseHeader;
      },
      get trailer() {
        return context.responseTrailer;
      },
    };
    if (spec.kind === "unary" && !request.stream) {
      const message = create(spec.method.output, await spec.impl(request.message, context));
      return Object.assign(common, { stream: false as const, method: spec.method as DescMethodUnary, message });
    }
    if (spec.kind === "server_streaming" && request.stream) {
      for await (const input of request.message) {
        // Made whole when they are encoded, which is once however many streams they are sent on.
        const message = ending.cut(spec.impl(input, context) as AsyncIterable<MessageShape<DescMessage>>);
        return Object.assign(common, {
          stream: true as const,
          method: spec.method as DescMethodServerStreaming,
          message,
        });
      }
    }
    throw new Error(`${spec.method.name} was called in another way than it is`);
  };
}
