import { once } from "node:events";
import { connect as connectHttp2, constants } from "node:http2";
import { connect, type Socket } from "node:net";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { compressionGzip, createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { BadRequestSchema, ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { socketsAlive, timersAlive } from "../streams/support.ts";
import { until } from "../support/clock.ts";
import { openSocket, requestByHttp2, TRANSPORTS } from "./clients.ts";
import { echo, start } from "./support.ts";

const PATH = "/numgate.v1.VerificationService/GetVerification";
const WATCH_PATH = "/numgate.v1.VerificationService/WatchVerification";
/** Of `v1`, in an envelope of gRPC. */
const WATCH_BODY = Buffer.from("00000000040a027631", "hex");
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/** Says one thing and then nothing more, for ever, and is deaf to its signal. */
async function* deaf<T>(message: T): AsyncGenerator<T> {
  yield message;
  await new Promise(() => {});
}

describe("a malformed authority", () => {
  const BAD = ["x:99999", "%zz", "[bad", "a b", "x/../y", "user@x", "/run/numgate.sock", "%2Frun%2Fnumgate.sock"];

  it.each(BAD)("%j is 400 over HTTP/1.1 and the server lives", async (host) => {
    const { port, address } = await start();
    const { socket, closed } = openSocket(port);
    socket.write(
      `POST ${PATH} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
    );
    expect(await closed).toMatch(/^HTTP\/1.1 400 /);
    expect((await fetch(`http://${address}/healthz`)).status).toBe(200);
  });

  it.each(BAD)("%j is 400 over HTTP/2 and the server lives", async (authority) => {
    const { port, address } = await start();
    const headers = { ":method": "POST", ":path": PATH, ":authority": authority, "content-type": "application/grpc" };
    const answer = await requestByHttp2(port, headers).catch(() => ({ status: "reset" }));
    expect([400, "reset"]).toContain(answer.status);
    expect((await fetch(`http://${address}/healthz`)).status).toBe(200);
  });

  it("is none in HTTP/1.0 without Host", async () => {
    const { port, address } = await start();
    const { socket, closed } = openSocket(port);
    socket.write(`POST ${PATH} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`);
    expect(await closed).toMatch(/^HTTP\/1.1 400 /);
    expect((await fetch(`http://${address}/healthz`)).status).toBe(200);
  });
});

describe("connections", () => {
  it("leave nothing behind when their client ends them, as a process that exits does", async () => {
    const { server, address, port } = await start({
      watchVerification: () => deaf({ verification: {} }),
    });
    const sockets: Socket[] = [];
    const createConnection = () => {
      const socket = connect(port, "127.0.0.1");
      sockets.push(socket);
      return socket;
    };
    for (let index = 0; index < 20; index += 1) {
      const transport = createGrpcTransport({ baseUrl: `http://${address}`, nodeOptions: { createConnection } });
      const watch = createClient(VerificationService, transport).watchVerification({ verificationId: "v1" });
      const stream = watch[Symbol.asyncIterator]();
      await stream.next();
      stream.next().catch(() => {});
    }
    expect(server.open).toMatchObject({ sessions: 20, streams: 20 });
    for (const socket of sockets) socket.end();
    await until(() => server.open.sessions === 0 && server.open.streams === 0);
  });

  it("leave no stream behind when it is cancelled", async () => {
    const { server, address } = await start({
      watchVerification: () => deaf({ verification: {} }),
    });
    for (const [, transport] of TRANSPORTS) {
      const abort = new AbortController();
      const client = createClient(VerificationService, transport(`http://${address}`));
      const watch = client
        .watchVerification({ verificationId: "v1" }, { signal: abort.signal })
        [Symbol.asyncIterator]();
      await watch.next();
      expect(server.open.streams).toBe(1);
      abort.abort();
      await expect(watch.next()).rejects.toMatchObject({ code: Code.Canceled });
      await until(() => server.open.streams === 0);
    }
  });

  it("take a new stream as soon as one has ended, however many run", async () => {
    const { address } = await start({ watchVerification: () => deaf({ verification: {} }) });
    const session = connectHttp2(`http://${address}`);
    onTestFinished(() => session.destroy());
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    const headers = { ":method": "POST", ":path": WATCH_PATH, "content-type": "application/grpc", te: "trailers" };
    const bound = Math.min(session.remoteSettings.maxConcurrentStreams ?? 0, 2100);
    const ends = new Set<number | undefined>();
    for (const _ of ["all at once", "and all anew"]) {
      const streams = Array.from({ length: bound }, () => {
        const stream = session.request(headers).on("error", () => {});
        stream.once("close", () => ends.add(stream.rstCode));
        stream.end(WATCH_BODY);
        return stream;
      });
      await Promise.all(streams.map((stream) => Promise.race([once(stream, "response"), once(stream, "close")])));
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    }
    const other = session.request({ ":path": "/healthz" });
    await once(other, "response");
    expect([...ends]).toEqual([constants.NGHTTP2_CANCEL]);
  });

  it("that say nothing are closed", async () => {
    const { port } = await start(echo, { limits: { silentMs: 50 } });
    expect(await openSocket(port).closed).toBe("");
    const { socket, closed } = openSocket(port);
    socket.write("PR");
    expect(await closed).toBe("");
  });

  it("that never finish their headers are closed", async () => {
    const { port } = await start(echo, { limits: { headersMs: 100 } });
    const { socket, closed } = openSocket(port);
    socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    expect(await closed).toMatch(/^HTTP\/1.1 408 /);
  });

  it("take a request of HTTP/1.1 that names the server in its first line, as to a proxy", async () => {
    const { port } = await start();
    const { socket, closed } = openSocket(port);
    socket.write("GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    expect(await closed).toMatch(/^HTTP\/1.1 200 /);
  });

  it("of HTTP/1.1 that end leave nothing behind of what was pipelined on them, however much it was", async () => {
    const { port, server } = await start({ watchVerification: () => deaf({ verification: {} }) });
    const [sockets, timers] = [socketsAlive(), timersAlive()];
    const { socket } = openSocket(port);
    const head = `POST ${WATCH_PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/grpc-web\r\n`;
    const request = Buffer.concat([Buffer.from(`${head}Content-Length: ${WATCH_BODY.length}\r\n\r\n`), WATCH_BODY]);
    socket.write(Buffer.concat(Array.from({ length: 90 }, () => request)));
    await until(() => server.open.streams === 1);
    socket.end();
    await until(() => server.open.streams === 0);
    await until(() => socketsAlive() <= sockets && timersAlive() <= timers);
  });

  it("of HTTP/1.1 are cut when very much is pipelined on them", async () => {
    const { port, server } = await start({ watchVerification: () => deaf({ verification: {} }) });
    const { socket, closed } = openSocket(port);
    const head = `POST ${WATCH_PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/grpc-web\r\n`;
    socket.write(Buffer.concat([Buffer.from(`${head}Content-Length: ${WATCH_BODY.length}\r\n\r\n`), WATCH_BODY]));
    await until(() => server.open.streams === 1);
    socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1_000));
    await closed;
    await until(() => server.open.streams === 0);
  });

  it("of HTTP/1.1 are answered in turn, each request as if it had come alone", async () => {
    const { port } = await start();
    const { socket, closed } = openSocket(port);
    const request = (id: string, last: string) => {
      const body = `{"verificationId":"${id}"}`;
      return `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${last}Content-Length: ${body.length}\r\n\r\n${body}`;
    };
    socket.write(["v1", "v2", "v3"].map((id) => request(id, "")).join("") + request("v4", "Connection: close\r\n"));
    expect((await closed).match(/"v\d"/g)).toEqual(['"v1"', '"v2"', '"v3"', '"v4"']);
  });

  it("whose HTTP/2 peer does not answer a ping are cut, without waiting for it", async () => {
    const { port, server } = await start(echo, { limits: { pingEveryMs: 30, pingAnswerMs: 30 } });
    const stopped = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {});
    onTestFinished(() => void stopped.destroy());
    stopped.write(PREFACE, "latin1");
    await until(() => server.open.sessions === 1);
    await until(() => server.open.sessions === 0);
  });

  it("whose HTTP/2 peer answers stay", async () => {
    const { server, address } = await start(echo, { limits: { pingEveryMs: 5, pingAnswerMs: 10_000 } });
    const session = connectHttp2(`http://${address}`);
    let pings = 0;
    session.on("ping", () => {
      pings += 1;
    });
    await until(() => pings >= 3);
    expect(server.open.sessions).toBe(1);
    session.destroy();
  });
});

describe("a request whose body does not come", () => {
  const limits = { requestMs: 200, unreadMs: 200 };
  const BODYLESS = [
    [PATH, "application/json", '"code":"deadline_exceeded"'],
    [PATH, "application/grpc", "grpc-status: 4"],
    [PATH, "application/grpc-web", "grpc-status: 4"],
    [WATCH_PATH, "application/connect+json", '"code":"deadline_exceeded"'],
    [WATCH_PATH, "application/grpc", "grpc-status: 4"],
    [WATCH_PATH, "application/grpc-web", "grpc-status: 4"],
  ] as const;

  it.each(BODYLESS)("is DEADLINE_EXCEEDED over HTTP/2, and its stream goes: %s, %s", async (path, type, said) => {
    const { port, server, registry } = await start(echo, { limits });
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    onTestFinished(() => session.destroy());
    const stream = session.request({ ":method": "POST", ":path": path, "content-type": type }, { endStream: false });
    stream.write(Buffer.alloc(3));
    let heard = "";
    stream.on("trailers", (trailers) => {
      heard += `grpc-status: ${trailers["grpc-status"]}`;
    });
    stream.on("data", (chunk: Buffer) => {
      heard += chunk.toString("latin1");
    });
    await once(stream, "close");
    expect(heard).toContain(said);
    expect(server.open).toMatchObject({ sessions: 1, streams: 0 });
    expect(await registry.metrics()).toMatch(/grpc_server_handled_total\{.*grpc_code="DeadlineExceeded"\} 1/);
  });

  it("is DEADLINE_EXCEEDED over HTTP/1.1, and its connection goes", async () => {
    const { port } = await start(echo, { limits: { ...limits, headersMs: 400 } });
    const { socket, closed } = openSocket(port);
    socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`);
    expect(await closed).toMatch(/^HTTP\/1.1 504 .*"code":"deadline_exceeded"/s);
  });
});

it.each(TRANSPORTS)("a request over 64 KiB is INVALID_REQUEST over %s, compressed or not", async (_, transport) => {
  const { address } = await start();
  const verificationId = "x".repeat(65 * 1024);
  for (const send of [{}, { sendCompression: compressionGzip }]) {
    const client = createClient(VerificationService, transport(`http://${address}`, send));
    const watch = () => client.watchVerification({ verificationId })[Symbol.asyncIterator]().next();
    for (const call of [() => client.getVerification({ verificationId }), watch]) {
      const error = ConnectError.from(await call().catch((caught: unknown) => caught));
      expect(error).toMatchObject({ code: Code.InvalidArgument, rawMessage: "the request is larger than 65536 bytes" });
      expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "INVALID_REQUEST", domain: "numgate" }]);
      expect(error.findDetails(BadRequestSchema)).toHaveLength(1);
    }
  }
});
