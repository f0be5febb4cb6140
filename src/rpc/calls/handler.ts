import type { DescMessage, DescMethodServerStreaming, DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ContextValues, type Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import type { RequestGate } from "../auth.ts";
import type { HttpRequest, HttpResponse } from "../http.ts";
import type { Streams } from "../streams.ts";
import { beginCall, type Call } from "./call.ts";
import { type CallSpec, callKey, createChain } from "./chain.ts";
import { type CodecOptions, createCodec } from "./codec.ts";
import type { CallContext } from "./context.ts";
import { createProtocols, type Protocol } from "./protocols.ts";
import { queryOf, readMessage } from "./read.ts";

export interface CallOptions extends CodecOptions {
  /** Outermost first. */
  readonly interceptors: readonly Interceptor[];
  readonly gate: RequestGate;
  readonly streams: Streams;
  readonly limits: CallLimits;
  /** Is told of a call that fails before an interceptor is asked about it, and gives what is answered. */
  readonly refuse: (context: CallContext, error: unknown) => ConnectError;
  readonly log: Logger;
}

export interface CallLimits {
  /** For a request to have come whole. */
  readonly requestMs: number;
  /**
   * For a stream over HTTP/1.1, which has no PING: the system of a client that has stopped goes on to acknowledge what it
   * is sent, and nothing else would ever end its stream.
   */
  readonly http1StreamMs: number;
  /** For a stream that has more to send than its client reads: over HTTP/2 the client may be there and never read it. */
  readonly stalledMs: number;
  /** For the last of an answer to be read. */
  readonly unreadMs: number;
}

/** Serves the call, or gives false: it is not in a form that is served here. */
export type CallHandler = (request: HttpRequest, response: HttpResponse, values: ContextValues) => boolean;

/**
 * Serves one method by POST in connect's three protocols, and what only reads by GET as well, as connect-node does and
 * for a fraction of the cost: that hands each message through some ten generators, and a stream that waits holds on to
 * all of them.
 */
export function createCallHandler(spec: CallSpec, options: CallOptions): CallHandler {
  const { method } = spec;
  const { unary, streaming } = createProtocols(options.jsonOptions);
  const protocols = spec.kind === "unary" ? unary : streaming;
  const codec = createCodec(method, options);
  const chain = createChain(spec, options.interceptors);
  const serve = spec.kind === "unary" ? serveUnary : serveStream;

  function read({ request, protocol, ending }: Call): Promise<MessageShape<DescMessage>> {
    const parse = (bytes: Uint8Array) => codec.parse(bytes, protocol.binary);
    const late = setTimeout(() => ending.end(requestLate()), options.limits.requestMs);
    return ending.orEnd(readMessage(request, protocol, parse, codec.readMaxBytes)).finally(() => clearTimeout(late));
  }

  function enter({ request, context, ending }: Call): () => void {
    const longestMs = request.httpVersionMajor === 1 ? options.limits.http1StreamMs : undefined;
    try {
      return options.streams.enter(context, ending.end, longestMs);
    } catch (error) {
      throw options.refuse(context, error);
    }
  }

  async function* readOne(call: Call) {
    yield await read(call);
  }

  async function serveUnary(call: Call): Promise<Uint8Array> {
    const { context, protocol } = call;
    const message = await read(call).catch((error: unknown) => {
      throw options.refuse(context, error);
    });
    const unary = { stream: false as const, method: method as DescMethodUnary, message };
    const answer = await chain(Object.assign(requestOf(call), unary));
    if (answer.stream) throw new Error("an interceptor answered a unary call with a stream");
    const encode = protocol.enveloped ? codec.frame : codec.serialize;
    return encode(answer.message, protocol.binary);
  }

  async function serveStream(call: Call): Promise<undefined> {
    const leave = enter(call);
    try {
      const answers = await begin(call);
      while (await sendNext(call, answers));
    } finally {
      leave();
    }
  }

  // Apart, as sendNext is: what a function that waits has in hand is kept for as long as the stream waits.
  async function begin(call: Call): Promise<AsyncIterator<MessageShape<DescMessage>>> {
    const streaming = { stream: true as const, method: method as DescMethodServerStreaming, message: readOne(call) };
    const answer = await chain(Object.assign(requestOf(call), streaming));
    if (!answer.stream) throw new Error("an interceptor answered a stream with one message");
    return answer.message[Symbol.asyncIterator]();
  }

  /** False at the end. */
  async function sendNext(call: Call, answers: AsyncIterator<MessageShape<DescMessage>>): Promise<boolean> {
    const next = await answers.next();
    if (next.done) return false;
    const drained = call.answer.write(codec.frame(next.value, call.protocol.binary));
    if (drained) await readMore(call, answers, drained);
    return true;
  }

  /** Waits until the client has read what was sent. */
  async function readMore({ ending }: Call, answers: AsyncIterator<unknown>, drained: Promise<void>): Promise<void> {
    const stalled = setTimeout(() => ending.end(notRead()), options.limits.stalledMs);
    try {
      await ending.orEnd(drained);
    } catch (error) {
      await answers.return?.();
      throw error;
    } finally {
      clearTimeout(stalled);
    }
  }

  async function run(call: Call): Promise<void> {
    const { context, protocol, request } = call;
    try {
      options.gate(context);
      const { error } = protocol.timeout(request.headers);
      if (error) throw options.refuse(context, error);
      call.finish(undefined, await serve(call));
    } catch (error) {
      if (!(error instanceof ConnectError)) options.log.error({ err: error, method: method.name }, "bug");
      call.finish(error instanceof ConnectError ? error : new ConnectError("internal error", Code.Internal));
    }
  }

  const isRead = spec.kind === "unary" && method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;

  function protocolOf(request: HttpRequest): Protocol | undefined {
    if (request.method === "POST") return protocols.get(typeOf(request));
    if (request.method !== "GET" || !isRead) return undefined;
    const encoding = queryOf(request).get("encoding") ?? "";
    return ["json", "proto"].includes(encoding) ? protocols.get(`application/${encoding}`) : undefined;
  }

  return (request, response, values) => {
    const protocol = protocolOf(request);
    if (!protocol) return false;
    const call = beginCall(method, protocol, request, response, values, options.limits.unreadMs);
    values.set(callKey, call);
    run(call).catch((error: unknown) => {
      options.log.error({ err: error, method: method.name }, "bug");
      response.destroy();
    });
    return true;
  };
}

function requestLate(): ConnectError {
  return new ConnectError("the request has not come in time", Code.DeadlineExceeded);
}

function notRead(): ConnectError {
  return new ConnectError("the stream was not read in time: call again", Code.Unavailable);
}

/** What interceptors see of a call beside its message. */
function requestOf({ context, ending }: Call) {
  return {
    service: context.service,
    requestMethod: context.requestMethod,
    signal: ending.signal,
    contextValues: context.values,
    get url() {
      return context.url;
    },
    get header() {
      return context.requestHeader;
    },
  };
}

function typeOf({ headers }: HttpRequest): string {
  return headers["content-type"]?.toLowerCase().replaceAll(/[ "]/g, "") ?? "";
}
