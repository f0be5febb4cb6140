import type { DescMethod } from "@bufbuild/protobuf";
import type { ContextValues, HandlerContext } from "@connectrpc/connect";
import type { HttpRequest } from "../http.ts";
import type { Protocol } from "./protocols.ts";

export interface CallContext extends HandlerContext {
  /** What a handler has set, if it has. */
  headersSet(): { readonly header: Headers | undefined; readonly trailer: Headers | undefined };
}

interface CallParts {
  readonly method: DescMethod;
  readonly request: HttpRequest;
  readonly protocol: Protocol;
  readonly values: ContextValues;
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
}

/**
 * As connect's, which makes three Headers for every call; few calls look at any, and a stream would hold them for as
 * long as it lives.
 */
export function createContext({ method, request, protocol, values, signal, timeoutMs }: CallParts): CallContext {
  const deadline = timeoutMs === undefined ? undefined : Date.now() + timeoutMs;
  let header: Headers | undefined;
  let trailer: Headers | undefined;
  return {
    method,
    service: method.parent,
    protocolName: protocol.name,
    values,
    signal,
    requestMethod: request.method ?? "POST",
    timeoutMs: () => (deadline === undefined ? undefined : deadline - Date.now()),
    get url() {
      const authority = "authority" in request ? request.authority : request.headers.host;
      return new URL(request.url ?? "", `http://${authority}`).toString();
    },
    get requestHeader() {
      return toHeaders(request);
    },
    get responseHeader() {
      header ??= new Headers();
      return header;
    },
    get responseTrailer() {
      trailer ??= new Headers();
      return trailer;
    },
    headersSet: () => ({ header, trailer }),
  };
}

function toHeaders({ headers }: HttpRequest): Headers {
  const all = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // The pseudo-headers of HTTP/2.
    if (value === undefined || name.startsWith(":")) continue;
    for (const single of [value].flat()) all.append(name, single);
  }
  return all;
}
