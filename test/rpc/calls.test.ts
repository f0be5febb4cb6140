import { createServer } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type ServiceImpl } from "@connectrpc/connect";
import {
  compressionGzip,
  connectNodeAdapter,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { GetVerificationRequestSchema, VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { reasonOf } from "../support/gateway.ts";
import { TRANSPORTS } from "./clients.ts";
import { echo, start } from "./support.ts";

const refusal = new ConnectError("not so: 100%", Code.FailedPrecondition, { "x-more": "told" }, [
  { desc: ErrorInfoSchema, value: { reason: "NOT_SUPPORTED", domain: "numgate" } },
]);

/** Answers by the id that it is asked for, and says more in headers and trailers. */
const verifications: Partial<ServiceImpl<typeof VerificationService>> = {
  getVerification({ verificationId }, context) {
    context.responseHeader.set("x-head", context.requestHeader.get("x-asked") ?? "nothing");
    context.responseTrailer.set("x-tail", context.protocolName);
    if (verificationId === "refused") throw refusal;
    return { verification: { verificationId, code: "0042" } };
  },
  async *watchVerification({ verificationId }, context) {
    context.responseHeader.set("x-head", context.requestHeader.get("x-asked") ?? "nothing");
    context.responseTrailer.set("x-tail", context.protocolName);
    if (verificationId === "refused at once") throw refusal;
    yield { verification: { verificationId } };
    if (verificationId === "refused") throw refusal;
    yield { verification: { verificationId, code: "0042" } };
  },
};

/** connect-node itself with the same handlers. Gives the ports of HTTP/1.1 and of HTTP/2. */
async function startConnectNode(): Promise<{ http1: number; http2: number }> {
  const handler = connectNodeAdapter({
    routes: (router) => router.service(VerificationService, verifications),
    acceptCompression: [compressionGzip],
    compressMinBytes: 2 ** 31,
    jsonOptions: { ignoreUnknownFields: false },
  });
  const listen = async (server: ReturnType<typeof createServer> | ReturnType<typeof createHttp2Server>) => {
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };
  return { http1: await listen(createServer(handler)), http2: await listen(createHttp2Server(handler)) };
}

interface Asked {
  readonly method: string;
  /** Of a call by GET. */
  readonly query?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Heard {
  readonly status: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly trailers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** What differs from one server to the next without meaning anything. */
const NOT_COMPARED = new Set(["date", "connection", "keep-alive", "transfer-encoding", ":status", "content-length"]);

function compared(headers: IncomingHttpHeaders): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_COMPARED.has(name)));
}

async function askByHttp2(port: number, { method, headers, body, query }: Asked): Promise<Heard> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  const path = `/numgate.v1.VerificationService/${method}${query ?? ""}`;
  const stream = session.request({ ":method": query === undefined ? "POST" : "GET", ":path": path, ...headers });
  let head: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders = {};
  stream.on("response", (given) => {
    head = given;
  });
  stream.on("trailers", (given) => {
    trailers = given;
  });
  if (query === undefined) stream.end(body);
  let text = "";
  for await (const chunk of stream) text += chunk.toString("latin1");
  session.close();
  return { status: head[":status"], headers: compared(head), trailers: compared(trailers), body: text };
}

async function askByHttp1(port: number, { method, headers, body, query }: Asked): Promise<Heard> {
  const url = `http://127.0.0.1:${port}/numgate.v1.VerificationService/${method}${query ?? ""}`;
  const sent = query === undefined ? { method: "POST", body: new Uint8Array(body) } : {};
  const answer = await fetch(url, { ...sent, headers });
  const text = Buffer.from(await answer.arrayBuffer()).toString("latin1");
  return { status: answer.status, headers: compared(Object.fromEntries(answer.headers)), trailers: {}, body: text };
}

function envelope(data: Uint8Array, flags = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flags);
  prefix.writeUInt32BE(data.length, 1);
  return Buffer.concat([prefix, data]);
}

const proto = (verificationId: string) =>
  toBinary(GetVerificationRequestSchema, create(GetVerificationRequestSchema, { verificationId }));
const json = (verificationId: string) => Buffer.from(JSON.stringify({ verificationId }));
const asked = { "x-asked": "something" };

const IDS = ["v1", "refused", "refused at once"];
const BARE: [string, Asked][] = IDS.flatMap((id): [string, Asked][] => [
  [
    id,
    {
      method: "GetVerification",
      headers: { ...asked, "content-type": "application/proto" },
      body: Buffer.from(proto(id)),
    },
  ],
  [id, { method: "GetVerification", headers: { "content-type": "application/json; charset=utf-8" }, body: json(id) }],
]);
const ENVELOPED: [string, Asked][] = IDS.flatMap((id) =>
  [
    ["GetVerification", "application/grpc"],
    ["GetVerification", "application/grpc+json"],
    ["GetVerification", "application/grpc-web+proto"],
    ["WatchVerification", "application/grpc+proto"],
    ["WatchVerification", "application/grpc-web"],
    ["WatchVerification", "application/grpc-web+json"],
    ["WatchVerification", "application/connect+proto"],
    ["WatchVerification", "application/connect+json"],
  ].map(([method = "", type = ""]): [string, Asked] => {
    const body = envelope(type.endsWith("json") ? json(id) : proto(id));
    return [id, { method, headers: { ...asked, "content-type": type, te: "trailers" }, body }];
  }),
);
const byGet = (query: Record<string, string>, headers: Record<string, string> = {}): Asked => ({
  method: "GetVerification",
  query: `?${new URLSearchParams(query)}`,
  headers,
  body: Buffer.alloc(0),
});
const READ: [string, Asked][] = IDS.flatMap((id): [string, Asked][] => [
  [id, byGet({ encoding: "json", message: json(id).toString() }, asked)],
  [id, byGet({ encoding: "proto", base64: "1", message: Buffer.from(proto(id)).toString("base64url"), connect: "v1" })],
]);
const ODD: [string, Asked][] = [
  ["a URL in an encoding that nobody speaks", byGet({ encoding: "grpc", message: "{}" })],
  ["a URL with no encoding", byGet({ message: "{}" })],
  ["a URL with an unknown compression", byGet({ encoding: "json", message: "{}", compression: "zip" })],
  [
    "a compressed message in its URL",
    byGet({
      encoding: "json",
      base64: "1",
      compression: "gzip",
      message: gzipSync(json("v1")).toString("base64url"),
    }),
  ],
  [
    "a type that nobody speaks",
    { method: "GetVerification", headers: { "content-type": "text/plain" }, body: json("v1") },
  ],
  [
    "a deadline that is none",
    {
      method: "GetVerification",
      headers: { "content-type": "application/json", "connect-timeout-ms": "soon" },
      body: json("v1"),
    },
  ],
  [
    "an unknown compression",
    {
      method: "GetVerification",
      headers: { "content-type": "application/json", "content-encoding": "zip" },
      body: json("v1"),
    },
  ],
  [
    "a compressed body",
    {
      method: "GetVerification",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(json("v1")),
    },
  ],
  [
    "a compressed message",
    {
      method: "WatchVerification",
      headers: { "content-type": "application/grpc", "grpc-encoding": "gzip" },
      body: envelope(gzipSync(proto("v1")), 1),
    },
  ],
  [
    "no message",
    { method: "WatchVerification", headers: { "content-type": "application/grpc-web" }, body: Buffer.alloc(0) },
  ],
  [
    "two messages",
    {
      method: "WatchVerification",
      headers: { "content-type": "application/grpc" },
      body: Buffer.concat([envelope(proto("v1")), envelope(proto("v2"))]),
    },
  ],
  [
    "half a message",
    {
      method: "WatchVerification",
      headers: { "content-type": "application/connect+proto" },
      body: envelope(proto("v1")).subarray(0, 6),
    },
  ],
];

/** What both say of a failure: we add reasons, and word some of them otherwise. */
function statusOf({ status, trailers, body }: Heard): unknown[] {
  const said = /"code":"(\w+)"/.exec(body)?.[1] ?? /grpc-status: (\d+)/.exec(body)?.[1];
  return [status, trailers["grpc-status"], said];
}

describe("a call is answered as connect-node answers it", () => {
  it.each([...BARE, ...READ, ...ENVELOPED])("when it is for %j: %j", async (_, question) => {
    const [{ port }, reference] = [await start(verifications), await startConnectNode()];
    expect(await askByHttp2(port, question)).toEqual(await askByHttp2(reference.http2, question));
    expect(await askByHttp1(port, question)).toEqual(await askByHttp1(reference.http1, question));
  });

  it.each(ODD)("when it has %s", async (_, question) => {
    const [{ port }, reference] = [await start(verifications), await startConnectNode()];
    const [ours, theirs] = [await askByHttp2(port, question), await askByHttp2(reference.http2, question)];
    expect(statusOf(ours)).toEqual(statusOf(theirs));
    expect(statusOf(await askByHttp1(port, question))).toEqual(statusOf(await askByHttp1(reference.http1, question)));
  });

  it("when its client compresses", async () => {
    const { address } = await start(verifications);
    const options = { baseUrl: `http://${address}`, sendCompression: compressionGzip, compressMinBytes: 1 };
    for (const transport of [
      createConnectTransport({ ...options, httpVersion: "1.1" }),
      createGrpcTransport(options),
      createGrpcWebTransport({ ...options, httpVersion: "2" }),
    ]) {
      const client = createClient(VerificationService, transport);
      expect((await client.getVerification({ verificationId: "v1" })).verification?.code).toBe("0042");
      const codes = [];
      for await (const { verification } of client.watchVerification({ verificationId: "v1" }))
        codes.push(verification?.code);
      expect(codes).toEqual([undefined, "0042"]);
    }
  });
});

describe("a call whose deadline has passed already", () => {
  it.each([
    ["GetVerification", "application/json", "connect-timeout-ms", "0", json("v1")],
    ["WatchVerification", "application/connect+json", "connect-timeout-ms", "0", envelope(json("v1"))],
    ["GetVerification", "application/grpc", "grpc-timeout", "0n", envelope(proto("v1"))],
    ["WatchVerification", "application/grpc-web", "grpc-timeout", "0S", envelope(proto("v1"))],
  ])("is DEADLINE_EXCEEDED and not begun: %s, %s", async (method, type, header, timeout, body) => {
    let begun = 0;
    const { port } = await start({
      getVerification: () => ({ verification: { labels: { begun: String(++begun) } } }),
      async *watchVerification() {
        yield { verification: { labels: { begun: String(++begun) } } };
      },
    });
    const heard = await askByHttp2(port, { method, headers: { "content-type": type, [header]: timeout }, body });
    expect(statusOf(heard)).toContainEqual(expect.stringMatching(/^(deadline_exceeded|4)$/));
    expect(begun).toBe(0);
  });
});

describe("a request that cannot be parsed", () => {
  it.each([
    ["a field that is not there", "application/json", '{"verificationID":"v1"}', "verificationID"],
    ["a field of another type", "application/json", '{"verification_id":5}', "verification_id"],
    ["no JSON", "application/json", "{", ""],
    ["no proto", "application/proto", "\u0007", ""],
  ])("is INVALID_REQUEST, with the field at fault: %s", async (_, type, body, field) => {
    const { address, log, registry } = await start();
    const url = `http://${address}/numgate.v1.VerificationService/GetVerification`;
    const answer = await fetch(url, { method: "POST", headers: { "content-type": type }, body });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: "invalid_argument",
      details: [
        { type: "google.rpc.ErrorInfo", debug: { reason: "INVALID_REQUEST", domain: "numgate" } },
        {
          type: "google.rpc.BadRequest",
          debug: { fieldViolations: [{ ...(field && { field }), description: expect.any(String) }] },
        },
      ],
    });
    expect(log).toMatchObject([{ level: 30, code: "InvalidArgument", reason: "INVALID_REQUEST" }]);
    expect(await registry.metrics()).toMatch(/grpc_server_handled_total\{.*grpc_code="InvalidArgument"\} 1/);
  });

  it.each([
    ["no message", "encoding=json", ""],
    ["no JSON", "encoding=json&message=%7B", ""],
    ["a field that is not there", "encoding=json&message=%7B%22nope%22%3A1%7D", "nope"],
    ["no base64", "encoding=json&base64=1&message=%7B%7D", ""],
    ["no proto", "encoding=proto&base64=1&message=_____w", ""],
  ])("is INVALID_REQUEST by GET, too: %s", async (_, query, field) => {
    const { address } = await start();
    const answer = await fetch(`http://${address}/numgate.v1.VerificationService/GetVerification?${query}`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: "invalid_argument",
      details: [
        { type: "google.rpc.ErrorInfo", debug: { reason: "INVALID_REQUEST" } },
        { type: "google.rpc.BadRequest", debug: { fieldViolations: [{ ...(field && { field }) }] } },
      ],
    });
  });

  it("is INVALID_REQUEST in a stream, too", async () => {
    const { port } = await start();
    const body = envelope(Buffer.from("07ff", "hex"));
    const headers = { "content-type": "application/grpc-web" };
    const { body: said } = await askByHttp2(port, { method: "WatchVerification", headers, body });
    expect(said).toContain(`grpc-status: ${Code.InvalidArgument}`);
    expect(said).toContain("grpc-status-details-bin");
  });
});

describe("a caller that opens streams without end", () => {
  it.each(TRANSPORTS)("is told where its bound is, and keeps those it has, over %s", async (_, transport) => {
    const waiting = {
      ...echo,
      async *watchVerification() {
        yield { verification: {} };
        await new Promise(() => {});
      },
    };
    const { address, server } = await start(waiting, { limits: { streamsPerCaller: 2 } });
    const client = createClient(VerificationService, transport(`http://${address}`));
    const leave = new AbortController();
    const open = async () => {
      const stream = client.watchVerification({ verificationId: "v1" }, { signal: leave.signal });
      await stream[Symbol.asyncIterator]().next();
    };
    await open();
    await open();
    const { reason, code, error } = await reasonOf(open());
    expect([reason, code]).toEqual(["TOO_MANY_OPEN", "ResourceExhausted"]);
    expect(error.findDetails(ErrorInfoSchema)[0]?.metadata).toEqual({ open_streams: "2", max_streams: "2" });
    expect(server.open.streams).toBe(2);
    await client.getVerification({ verificationId: "v1" });

    leave.abort();
    while (server.open.streams > 0) await new Promise((resolve) => setImmediate(resolve));
    expect((await reasonOf(open().then(() => Promise.reject(new Error("it opened"))))).reason).toBe("none");
  });
});
