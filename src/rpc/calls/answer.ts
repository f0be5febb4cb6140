import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import type { HttpResponse } from "../http.ts";
import type { CallContext } from "./context.ts";
import type { CallEnd, Protocol } from "./protocols.ts";

/** Writes the answer of one call. */
export interface Answer {
  /** Sends a part of a stream. Gives a promise when the client reads more slowly than that. */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Sends what is left, if anything, and the end. */
  end(end: CallEnd, bytes?: Uint8Array): void;
}

/** Of a stream, what is kept for a client that does not read. Node would keep 64 KB, and thousands may stop reading. */
const MOST_UNREAD_BYTES = 4 * 1024;

export function createAnswer(response: HttpResponse, { contentType }: Protocol, context: CallContext): Answer {
  const body: Writable = response;

  function writeHead(end?: CallEnd, bytes?: number): void {
    const { header } = context.headersSet();
    for (const headers of [header, end?.headers]) if (headers) setHeaders(response, headers);
    response.setHeader("content-type", end?.head?.contentType ?? contentType);
    if (bytes !== undefined) response.setHeader("content-length", bytes);
    // Said here: an HTTP/2 answer that ends before its head would have no trailers.
    (response as ServerResponse).writeHead(end?.head?.status ?? 200);
  }

  return {
    write(bytes) {
      if (!response.headersSent) writeHead();
      let onRead: (() => void) | undefined;
      body.write(bytes, () => onRead?.());
      if (body.writableLength <= MOST_UNREAD_BYTES) return undefined;
      return new Promise((resolve) => {
        onRead = resolve;
      });
    },
    end(end, bytes) {
      const last = bytes && end.bytes ? Buffer.concat([bytes, end.bytes]) : (bytes ?? end.bytes);
      // Trailers of HTTP/1.1 follow chunks, which a body of known length has none of.
      if (!response.headersSent) writeHead(end, end.trailers ? undefined : (last?.byteLength ?? 0));
      if (end.trailers) response.addTrailers(Object.fromEntries(end.trailers));
      body.end(last);
    },
  };
}

function setHeaders(response: HttpResponse, headers: Headers): void {
  for (const [name, value] of headers) response.setHeader(name, value);
}
