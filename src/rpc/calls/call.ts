import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError, type ContextValues } from "@connectrpc/connect";
import type { HttpRequest, HttpResponse } from "../http.ts";
import { type Answer, createAnswer } from "./answer.ts";
import { type CallContext, createContext } from "./context.ts";
import { createEnding, type Ending } from "./ending.ts";
import type { Protocol } from "./protocols.ts";

/** One call, from its headers to its end. */
export interface Call {
  readonly request: HttpRequest;
  readonly protocol: Protocol;
  readonly context: CallContext;
  readonly ending: Ending;
  readonly answer: Answer;
  /** Answers with the end, and with the last message where it was kept back; a client that has gone is told nothing. */
  finish(failure: ConnectError | undefined, last?: Uint8Array): void;
}

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
// Made once: each would take the time of a stack trace.
const DONE = new ConnectError("the call has ended", Code.Canceled);
const GONE = new ConnectError("the client has gone", Code.Canceled);

export function beginCall(
  method: DescMethod,
  protocol: Protocol,
  request: HttpRequest,
  response: HttpResponse,
  values: ContextValues,
  unreadMs: number,
): Call {
  const ending = createEnding();
  const { timeoutMs } = protocol.timeout(request.headers);
  const context = createContext({ method, request, protocol, values, signal: ending.signal, timeoutMs });
  const answer = createAnswer(response, protocol, context);

  const late = () => ending.end(new ConnectError("the operation timed out", Code.DeadlineExceeded));
  let deadline: NodeJS.Timeout | undefined;
  if (timeoutMs === 0) late();
  else if (timeoutMs !== undefined) deadline = setTimeout(late, Math.min(timeoutMs, LONGEST_TIMEOUT_MS));
  let unread: NodeJS.Timeout | undefined;
  response.once("close", () => {
    clearTimeout(unread);
    ending.end(GONE);
  });
  // Said by "close" as well.
  response.on("error", ignore);

  return {
    request,
    protocol,
    context,
    ending,
    answer,
    finish(failure, last) {
      clearTimeout(deadline);
      const gone = ending.signal.reason === GONE;
      ending.end(DONE);
      if (gone) return;
      answer.end(protocol.end(context.headersSet().trailer, failure), last);
      unread = setTimeout(() => response.destroy(), unreadMs);
      // Of a request that was refused unread.
      request.resume();
    },
  };
}

function ignore(): void {}
