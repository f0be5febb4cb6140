import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { GatewayError } from "../../src/core/error.ts";
import { Secret } from "../../src/core/secret.ts";
import { createCallbacks } from "../../src/rpc/callbacks.ts";
import { answerText } from "../../src/rpc/http.ts";
import { until } from "../support/clock.ts";
import { openSocket, requestByHttp2 } from "./clients.ts";
import { echo, start } from "./support.ts";

describe("plain HTTP", () => {
  it("says that it lives, and in a line why it is not ready", async () => {
    let ready: true | string = "the database is being opened";
    const { address, port } = await start(echo, { ready: () => ready });
    expect((await fetch(`http://${address}/healthz`)).status).toBe(200);
    const notYet = await fetch(`http://${address}/readyz`);
    expect([notYet.status, await notYet.text()]).toEqual([503, "the database is being opened\n"]);
    ready = true;
    expect((await fetch(`http://${address}/readyz?verbose`)).status).toBe(200);
    expect(await requestByHttp2(port, { ":path": "/readyz" })).toEqual({ status: 200, text: "ok\n" });
  });

  it("answers GET and HEAD alone, and 404 for the rest", async () => {
    const { address } = await start();
    const head = await fetch(`http://${address}/healthz`, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "3", ""]);
    const post = await fetch(`http://${address}/healthz`, { method: "POST", body: "x" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    for (const path of ["/", "/constructor", "/numgate.v1.Nothing/At", "/healthz/"]) {
      expect((await fetch(`http://${address}${path}`)).status).toBe(404);
    }
  });

  it("lets another handler answer first", async () => {
    const { address } = await start(echo, {
      http(request, response) {
        if (!request.url?.startsWith("/callbacks/")) return false;
        answerText(request, response, 200, "heard");
        return true;
      },
    });
    const answer = await fetch(`http://${address}/callbacks/acme`, { method: "POST", body: "{}" });
    expect(await answer.text()).toBe("heard\n");
    expect((await fetch(`http://${address}/healthz`)).status).toBe(200);
  });

  it("does not wait for ever for the body of a callback", async () => {
    const target = { secret: new Secret("callback-secret-1234"), read: () => undefined };
    const http = createCallbacks({ targets: new Map([["acme", target]]), wake: () => {}, bodyMs: 100 });
    const { port, address } = await start(echo, { http });
    const session = connectHttp2(`http://${address}`);
    onTestFinished(() => session.destroy());
    const path = "/callbacks/acme?secret=callback-secret-1234";
    const stream = session.request({ ":method": "POST", ":path": path }, { endStream: false }).resume();
    await once(stream, "close");
    const { socket, closed } = openSocket(port);
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{`);
    expect(await closed).toBe("");
    expect(session.destroyed).toBe(false);
  });
});

describe("metrics and log", () => {
  it("count and name each call, and never hold its content", async () => {
    const { address, log } = await start({
      getVerification: ({ verificationId }) => {
        if (verificationId === "v-secret") return {};
        throw new GatewayError("NOT_FOUND", "no verification has this id");
      },
      watchVerification: async function* () {
        yield { verification: {} };
      },
    });
    const client = createClient(VerificationService, createGrpcTransport({ baseUrl: `http://${address}` }));
    await client.getVerification({ verificationId: "v-secret" });
    await client.getVerification({ verificationId: "w-secret" }).catch(() => {});
    for await (const _ of client.watchVerification({ verificationId: "v-secret" }));

    await until(() => log.length === 3);
    expect(log).toMatchObject([
      { level: 20, rpc: "numgate.v1.VerificationService/GetVerification", code: "OK", caller: "local" },
      { level: 30, rpc: "numgate.v1.VerificationService/GetVerification", code: "NotFound", reason: "NOT_FOUND" },
      { level: 20, rpc: "numgate.v1.VerificationService/WatchVerification", code: "OK" },
    ]);
    expect(JSON.stringify(log)).not.toContain("secret");

    const metrics = await (await fetch(`http://${address}/metrics`)).text();
    const of = (type: string, method: string) =>
      `{grpc_type="${type}",grpc_service="numgate.v1.VerificationService",grpc_method="${method}"`;
    expect(metrics).toContain(`grpc_server_started_total${of("unary", "GetVerification")}} 2`);
    expect(metrics).toContain(`grpc_server_handled_total${of("unary", "GetVerification")},grpc_code="OK"} 1`);
    expect(metrics).toContain(`grpc_server_handled_total${of("unary", "GetVerification")},grpc_code="NotFound"} 1`);
    expect(metrics).toContain(`grpc_server_handled_total${of("server_stream", "WatchVerification")},grpc_code="OK"} 1`);
    expect(metrics).toContain(`grpc_server_handling_seconds_count${of("unary", "GetVerification")}} 2`);
  });

  it("know a client that leaves as cancelled, not as a bug", async () => {
    const { address, log } = await start({
      watchVerification: async function* (_, { signal }) {
        yield { verification: {} };
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    });
    const abort = new AbortController();
    const client = createClient(VerificationService, createGrpcTransport({ baseUrl: `http://${address}` }));
    const watch = client.watchVerification({ verificationId: "v1" }, { signal: abort.signal })[Symbol.asyncIterator]();
    await watch.next();
    abort.abort();
    await until(() => log.length > 0);
    expect(log).toMatchObject([{ level: 20, code: "Canceled" }]);
  });
});
