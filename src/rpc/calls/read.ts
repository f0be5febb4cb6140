import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Compression, compressedFlag, compressionNegotiate } from "@connectrpc/connect/protocol";
import { compressionBrotli, compressionGzip } from "@connectrpc/connect-node";
import type { HttpRequest } from "../http.ts";
import type { Protocol } from "./protocols.ts";

/** What requests may be compressed with. */
export const ACCEPTED_COMPRESSION = [compressionGzip, compressionBrotli];
const PREFIX_BYTES = 5;

/** What a call by GET says in its URL. */
export function queryOf({ url = "" }: HttpRequest): URLSearchParams {
  const start = url.indexOf("?");
  return new URLSearchParams(start < 0 ? "" : url.slice(start));
}

/**
 * Reads the one message of a request, of at most `maxBytes`, compressed or not. Throws the ConnectErrors that connect
 * throws. When the client goes away in the middle it waits for ever.
 */
export async function readMessage<I extends DescMessage>(
  request: HttpRequest,
  protocol: Protocol,
  parse: (bytes: Uint8Array) => MessageShape<I>,
  maxBytes: number,
): Promise<MessageShape<I>> {
  if (request.method === "GET") return parse(await readQuery(queryOf(request), protocol, maxBytes));
  const compression = negotiate(request.headers[protocol.encodingHeader], protocol);
  const body = await readBody(request, maxBytes + (protocol.enveloped ? PREFIX_BYTES : 0), maxBytes);
  if (!protocol.enveloped) return parse(compression ? await decompress(compression, body, maxBytes) : body);

  const { flags, data } = openEnvelope(body, protocol);
  if ((flags & compressedFlag) === 0) return parse(data);
  if (!compression) throw invalid("received compressed envelope, but do not know how to decompress");
  return parse(await decompress(compression, data, maxBytes));
}

/** A message in the URL, as text or in base64. */
async function readQuery(query: URLSearchParams, protocol: Protocol, maxBytes: number): Promise<Uint8Array> {
  const compression = negotiate(query.get("compression"), protocol);
  const text = query.get("message") ?? "";
  const isBase64 = query.get("base64") === "1";
  if (isBase64 && !/^[\w+/-]*={0,2}$/.test(text)) throw invalid("the message is not in base64");
  const bytes = Buffer.from(text, isBase64 ? "base64url" : "utf8");
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return compression ? decompress(compression, bytes, maxBytes) : bytes;
}

function negotiate(encoding: unknown, { acceptEncodingHeader }: Protocol) {
  if (typeof encoding !== "string") return null;
  const { request, error } = compressionNegotiate(ACCEPTED_COMPRESSION, encoding, null, acceptEncodingHeader);
  if (error) throw error;
  return request;
}

async function decompress(compression: Compression, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  try {
    return await compression.decompress(bytes, maxBytes);
  } catch (error) {
    throw ConnectError.from(error).code === Code.ResourceExhausted ? tooLarge(maxBytes) : error;
  }
}

function readBody(request: HttpRequest, limit: number, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      // What comes after is thrown away.
      if (size <= limit) chunks.push(chunk);
      else reject(tooLarge(maxBytes));
    });
    request.once("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.once("error", reject);
  });
}

/** The envelope of the only message. */
function openEnvelope(body: Buffer, { endFlag = 0 }: Protocol): { flags: number; data: Buffer } {
  if (body.length === 0) throw new ConnectError("protocol error: missing input message", Code.Unimplemented);
  if (body.length < PREFIX_BYTES) throw invalid("protocol error: incomplete envelope");
  const flags = body.readUInt8(0);
  const end = PREFIX_BYTES + body.readUInt32BE(1);
  if (body.length < end) throw invalid("protocol error: incomplete envelope");
  if (body.length > end) throw new ConnectError("protocol error: received extra input message", Code.Unimplemented);
  if ((flags & endFlag) !== 0) throw invalid("protocol error: the stream ends before its message");
  return { flags, data: body.subarray(PREFIX_BYTES, end) };
}

function invalid(message: string): ConnectError {
  return new ConnectError(message, Code.InvalidArgument);
}

function tooLarge(maxBytes: number): ConnectError {
  return new ConnectError(`the request is larger than ${maxBytes} bytes`, Code.ResourceExhausted);
}
