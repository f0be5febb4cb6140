import { type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import { connect as connectTcp } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  VerificationService,
  VerificationStatus,
  WatchVerificationRequestSchema,
  WatchVerificationResponseSchema,
} from "../../gen/numgate/v1/verification_pb.ts";
import { until } from "../support/clock.ts";
import { buy, startGateway, turnUntil, watchUntil } from "../support/gateway.ts";
import { heapInUse, openInProcess, socketsAlive, startWatched, stateOf, timersAlive } from "./support.ts";

const MB = 2 ** 20;

function watch(session: ReturnType<typeof connectHttp2>, verificationId: string): ClientHttp2Stream {
  const message = toBinary(WatchVerificationRequestSchema, create(WatchVerificationRequestSchema, { verificationId }));
  const stream = session.request({
    ":method": "POST",
    ":path": "/numgate.v1.VerificationService/WatchVerification",
    "content-type": "application/grpc",
  });
  stream.on("error", () => {});
  stream.end(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
  return stream;
}

/** The versions of the states in what a stream sent. */
function versionsIn(bytes: Buffer): number[] {
  const versions: number[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    const { verification } = fromBinary(WatchVerificationResponseSchema, bytes.subarray(at + 5, end));
    versions.push(Number(verification?.labels.version));
    at = end;
  }
  return versions;
}

async function last<T>(messages: AsyncIterable<T>): Promise<T | undefined> {
  let found: T | undefined;
  for await (const message of messages) found = message;
  return found;
}

describe("a client that is stopped and never says a word again", () => {
  it("delays nobody, and is gone after a ping that it does not answer", async () => {
    const { server, port, feed, client } = await startWatched({ limits: { pingEveryMs: 200, pingAnswerMs: 400 } });
    const stopped = await openInProcess(port, 200);
    const stream = client.watchVerification({ verificationId: "v1" })[Symbol.asyncIterator]();
    await stream.next();
    expect([server.open.streams, feed.watcherCount]).toEqual([201, 201]);

    stopped.kill("SIGSTOP");
    for (let version = 1; version <= 50; version += 1) {
      feed.publish(stateOf(version));
      const { value } = await stream.next();
      expect(value?.verification?.labels.version).toBe(String(version));
    }
    await until(() => server.open.streams === 1 && server.open.sessions === 1);
    expect(feed.watcherCount).toBe(1);
  });

  it("is gone over HTTP/1.1, where nothing else tells, when its streams have lasted as long as they may", async () => {
    const limits = { http1StreamMs: 3_000, keepAliveMs: 100 };
    const { server, port, feed } = await startWatched({ limits });
    const [sockets, timers] = [socketsAlive(), timersAlive()];
    const stopped = await openInProcess(port, 50, "1.1");
    stopped.kill("SIGSTOP");
    expect([server.open.streams, feed.watcherCount]).toEqual([50, 50]);
    for (let version = 1; version <= 20; version += 1) feed.publish(stateOf(version));

    await until(() => server.open.streams === 0 && feed.watcherCount === 0);
    await until(() => socketsAlive() <= sockets && timersAlive() <= timers);
  });
});

describe("a stream that has lasted as long as it may", () => {
  const limits = { http1StreamMs: 500 };

  it("ends over HTTP/1.1 with UNAVAILABLE, as when the server drains, and may be called again", async () => {
    const { port, feed } = await startWatched({ limits });
    const transport = createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1" });
    const { watchVerification } = createClient(VerificationService, transport);
    for (let call = 1; call <= 2; call += 1) {
      const stream = watchVerification({ verificationId: "v1" })[Symbol.asyncIterator]();
      expect((await stream.next()).value?.verification?.labels.version).toBe("0");
      await expect(stream.next()).rejects.toMatchObject({ code: Code.Unavailable });
      await until(() => feed.watcherCount === 0);
    }
  });

  it("goes on over HTTP/2, where a ping tells who is there", async () => {
    const { port, feed, client } = await startWatched({ limits });
    const stream = client.watchVerification({ verificationId: "v1" })[Symbol.asyncIterator]();
    await stream.next();
    // As long as one of HTTP/1.1, begun later, lasts.
    const transport = createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: "1.1" });
    const shorter = createClient(VerificationService, transport).watchVerification({ verificationId: "v1" });
    await expect(last(shorter)).rejects.toMatchObject({ code: Code.Unavailable });
    feed.publish(stateOf(1));
    expect((await stream.next()).value?.verification?.labels.version).toBe("1");
    await stream.return?.();
  });
});

describe("a client that stops reading", () => {
  it("is sent no more than fits, delays nobody, and finds the newest state when it reads again", async () => {
    const { port, feed, client } = await startWatched();
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const slow = watch(session, "v1");
    const quick = client.watchVerification({ verificationId: "v1" })[Symbol.asyncIterator]();
    await quick.next();
    await until(() => feed.watcherCount === 2);

    const changes = 2_000;
    for (let version = 1; version <= changes; version += 1) {
      feed.publish(stateOf(version, "x".repeat(1_000)));
      const { value } = await quick.next();
      expect(value?.verification?.labels.version).toBe(String(version));
    }

    const chunks: Buffer[] = [];
    slow.on("data", (chunk: Buffer) => chunks.push(chunk));
    const seen = await until(() => {
      const versions = versionsIn(Buffer.concat(chunks));
      return versions.at(-1) === changes && versions;
    });
    expect(seen.length).toBeLessThan(changes / 4);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    session.destroy();
    await until(() => feed.watcherCount === 1);
  });

  it("has some KB kept for it, and the newest state", async () => {
    const { port, feed } = await startWatched();
    const session = connectHttp2(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
    onTestFinished(() => session.destroy());
    const stalled = watch(session, "v1");
    await until(() => feed.watcherCount === 1);
    const changes = 200;
    for (let version = 1; version <= changes; version += 1) {
      feed.publish(stateOf(version, "x".repeat(1_000)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const chunks: Buffer[] = [];
    stalled.on("data", (chunk: Buffer) => chunks.push(chunk));
    session.settings({ initialWindowSize: MB });
    const seen = await until(() => {
      const versions = versionsIn(Buffer.concat(chunks));
      return versions.at(-1) === changes && versions;
    });
    expect(seen.length).toBeLessThan(10);
  });

  it("loses its stream, though its session lives, when it has read nothing for as long as one may", async () => {
    const { server, port, feed } = await startWatched({ limits: { stalledMs: 200, unreadMs: 200 } });
    const session = connectHttp2(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 0 } });
    onTestFinished(() => session.destroy());
    const timers = timersAlive();
    const stalled = watch(session, "v1").resume();
    await until(() => feed.watcherCount === 1);
    for (let version = 1; version <= 200; version += 1) {
      feed.publish(stateOf(version, "x".repeat(1_000)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => server.open.streams === 0 && feed.watcherCount === 0);
    await until(() => stalled.destroyed);
    await until(() => timersAlive() <= timers);
    expect(server.open.sessions).toBe(1);
  });

  it("loses its connection when it does not read the end either", async () => {
    const { server, port, feed } = await startWatched({ limits: { http1StreamMs: 2_000, unreadMs: 200 } });
    const sockets = socketsAlive();
    const slow = connectTcp(port, "127.0.0.1").pause();
    onTestFinished(() => void slow.destroy());
    const message = toBinary(
      WatchVerificationRequestSchema,
      create(WatchVerificationRequestSchema, { verificationId: "v1" }),
    );
    slow.write("POST /numgate.v1.VerificationService/WatchVerification HTTP/1.1\r\nhost: localhost\r\n");
    slow.write(`content-type: application/connect+proto\r\ncontent-length: ${5 + message.length}\r\n\r\n`);
    slow.write(Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
    await until(() => feed.watcherCount === 1);
    // More than the system takes for a client that does not read.
    for (let version = 1; version <= 400; version += 1) {
      feed.publish(stateOf(version, "x".repeat(100_000)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => server.open.streams === 0);
    // Its own end stays: it does not read that there is nothing more.
    await until(() => socketsAlive() <= sockets + 1);
  });
});

describe("streams that come and go", () => {
  it("leave nothing behind: no subscription, stream, connection, timer or memory", async () => {
    const gateway = await startGateway();
    const { verificationId } = await buy(gateway);
    const metric = async (name: string) => {
      const text = await (await fetch(`${gateway.url}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
    };
    async function openAndLeave(rounds: number): Promise<void> {
      const session = connectHttp2(gateway.url);
      for (let round = 0; round < rounds; round += 1) {
        const streams = Array.from({ length: 50 }, () => watch(session, verificationId));
        await Promise.all(streams.map((stream) => new Promise((resolve) => stream.once("data", resolve))));
        for (const stream of streams) stream.close(8);
      }
      session.destroy();
      await until(async () => (await metric("numgate_watchers")) === 0);
    }

    await openAndLeave(4);
    const [heap, timers] = [heapInUse(), timersAlive()];
    await openAndLeave(60);
    expect(await metric("numgate_streams")).toBe(0);
    await until(() => timersAlive() <= timers + 2);
    // 3,000 streams that stayed would be some 40 MB.
    expect(heapInUse() - heap).toBeLessThan(8 * MB);
  });
});

describe("a client that leaves all of its streams at once", () => {
  it("keeps its connection, and what else runs on it", async () => {
    const { server, port, feed } = await startWatched();
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const staying = watch(session, "v1");
    const leaving = Array.from({ length: 1_900 }, () => watch(session, "v1"));
    await until(() => feed.watcherCount === 1_901);
    for (const stream of leaving) stream.close(8);
    await until(() => server.open.streams === 1);
    await new Promise((resolve) => session.ping(resolve));
    expect([session.destroyed, staying.destroyed]).toEqual([false, false]);
    session.destroy();
    await until(() => feed.watcherCount === 0);
  });
});

describe("a watcher that lost its connection", () => {
  it("misses nothing when it calls again", async () => {
    const gateway = await startGateway();
    const { verificationId } = await buy(gateway);
    const session = connectHttp2(gateway.url);
    const lost = watch(session, verificationId);
    await new Promise((resolve) => lost.once("data", resolve));
    session.socket.destroy();

    const received = await turnUntil(gateway, verificationId, VerificationStatus.RECEIVED);
    const seen = await watchUntil(gateway, verificationId, VerificationStatus.RECEIVED);
    expect(seen.map(({ code }) => code)).toEqual([received.code]);
  });
});
