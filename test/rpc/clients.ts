import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import type { DescMessage } from "@bufbuild/protobuf";
import {
  create,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import {
  type ConnectTransportOptions,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { Client, credentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";

/** A client of connect for each protocol over each version of HTTP that it can be spoken over. */
export const TRANSPORTS: readonly [string, (baseUrl: string, options?: Sending) => Transport][] = [
  ["connect, HTTP/1.1", (baseUrl, options) => createConnectTransport({ baseUrl, httpVersion: "1.1", ...options })],
  ["connect, HTTP/2", (baseUrl, options) => createConnectTransport({ baseUrl, httpVersion: "2", ...options })],
  ["gRPC, HTTP/2", (baseUrl, options) => createGrpcTransport({ baseUrl, ...options })],
  ["gRPC-Web, HTTP/1.1", (baseUrl, options) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1", ...options })],
  ["gRPC-Web, HTTP/2", (baseUrl, options) => createGrpcWebTransport({ baseUrl, httpVersion: "2", ...options })],
];

export type Sending = Pick<ConnectTransportOptions, "sendCompression">;

/** One call by @grpc/grpc-js. */
export function callByGrpcJs<I extends DescMessage, O extends DescMessage>(
  address: string,
  method: DescMethodUnary<I, O>,
  message: MessageInitShape<I>,
  metadata?: Metadata,
): Promise<MessageShape<O>> {
  const client = new Client(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null, answer?: MessageShape<O>) => (answer ? resolve(answer) : reject(error));
    const path = `/${method.parent.typeName}/${method.name}`;
    const write = (input: MessageShape<I>) => Buffer.from(toBinary(method.input, input));
    const read = (bytes: Buffer) => fromBinary(method.output, bytes);
    const input = create(method.input, message);
    if (metadata) client.makeUnaryRequest(path, write, read, input, metadata, done);
    else client.makeUnaryRequest(path, write, read, input, done);
  });
}

/** A bare socket, and all that it is told until it closes. */
export function openSocket(port: number): { socket: Socket; closed: Promise<string> } {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const closed = new Promise<string>((resolve) => {
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(heard));
  });
  return { socket, closed };
}

/** One HTTP/2 request with the given headers. */
export async function requestByHttp2(
  port: number,
  headers: Record<string, string>,
  body = "",
): Promise<{ status: number; text: string }> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const stream = session.request(headers, { endStream: body === "" });
  if (body) stream.end(body);
  let status = 0;
  let text = "";
  stream.on("response", (answer) => {
    status = Number(answer[":status"]);
  });
  for await (const chunk of stream.setEncoding("utf8")) text += chunk;
  return { status, text };
}
