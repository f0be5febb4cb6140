import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";

export type HttpRequest = IncomingMessage | Http2ServerRequest;
export type HttpResponse = ServerResponse | Http2ServerResponse;

/** Serves both versions of HTTP: Node's two pairs of classes agree in what a handler needs of them. */
export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void;

/** The path without its query, also of a whole URL, as HTTP/1.1 lets clients name what they want. */
export function pathOf({ url = "" }: HttpRequest): string {
  const [path = ""] = url.split("?", 1);
  return path.startsWith("/") ? path : path.replace(/^https?:\/\/[^/]*/i, "");
}

/** Answers with text, or with its headers alone when the request is a HEAD. */
export function answerText(
  request: HttpRequest,
  response: HttpResponse,
  status: number,
  text: string,
  contentType = "text/plain; charset=utf-8",
): void {
  const body = Buffer.from(`${text}\n`);
  response.statusCode = status;
  response.setHeader("content-type", contentType);
  response.setHeader("content-length", body.byteLength);
  if (request.method === "HEAD") response.end();
  else response.end(body);
}
