import type { ConnectRouter, ContextValues } from "@connectrpc/connect";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import type { Logger } from "pino";
import { hasValidAuthority, nameUnixAuthority } from "./authority.ts";
import type { CallHandler } from "./calls/handler.ts";
import { answerText, type HttpHandler, pathOf } from "./http.ts";

/** What a person is told whose request no protocol takes; clients that speak one do not come here. */
const UNTAKEN: Readonly<Record<number, string>> = {
  405: "an RPC is called by POST, and by GET as well if it only reads",
  415: `an RPC is called with content-type: application/json, and a stream with application/connect+json; the same with
proto, application/grpc and application/grpc-web do as well. A GET has ?encoding=json&message={}`,
};

/**
 * Serves RPCs and hands everything else on: those in `calls` (by their path) where it can, the rest by the router. It
 * stands in for connectNodeAdapter, which writes a line to the console whenever a client goes away, and ends the process
 * over a malformed authority.
 */
export function createRpcHandler(
  router: ConnectRouter,
  calls: ReadonlyMap<string, CallHandler>,
  contextValues: () => ContextValues,
  log: Logger,
  otherwise: HttpHandler,
): HttpHandler {
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));

  return (request, response) => {
    const path = pathOf(request);
    const handler = handlers.get(path);
    if (!handler) {
      otherwise(request, response);
      return;
    }
    nameUnixAuthority(request);
    if (!hasValidAuthority(request)) {
      answerText(request, response, 400, "the Host or :authority of the request is malformed");
      return;
    }
    if (calls.get(path)?.(request, response, contextValues())) return;
    const call = universalRequestFromNodeRequest(request, response, undefined, contextValues());
    handler(call)
      .then((answer) => {
        const untaken = UNTAKEN[answer.status];
        if (untaken === undefined) return universalResponseToNodeResponse(answer, response);
        if (answer.status === 405) response.setHeader("allow", handler.allowedMethods.join(", "));
        answerText(request, response, answer.status, untaken);
      })
      .catch((error: unknown) => {
        // Once there are headers, only writing can have failed: the client has gone.
        if (response.headersSent || call.signal.aborted) return;
        log.error({ err: error, path: handler.requestPath }, "bug");
        answerText(request, response, 500, "internal error");
      });
  };
}
