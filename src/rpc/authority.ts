import type { HttpRequest } from "./http.ts";

const AUTHORITY = /^[\w.~%!$&'()*+,;=:[\]-]+$/;

/**
 * A Unix socket has no authority, and clients differ in what they make up for it: gRPC's C-core sends the socket's path.
 * Whoever is there is local.
 */
export function nameUnixAuthority(request: HttpRequest): void {
  const { socket } = request;
  if (socket.remoteAddress !== undefined || socket.localPort !== undefined) return;
  if ("authority" in request) request.headers[":authority"] = "localhost";
  request.headers.host = "localhost";
}

/**
 * Whether the request says whom it is for in a form that a URL can hold. connect-node 2.2 builds a URL of it outside
 * of any try: one malformed `Host` or `:authority` (or HTTP/1.0 without any) on a known path would end the process.
 */
export function hasValidAuthority(request: HttpRequest): boolean {
  const authority = "authority" in request ? request.authority : request.headers.host;
  if (!authority || !AUTHORITY.test(authority)) return false;
  return URL.canParse(request.url ?? "", `http://${authority}`);
}
