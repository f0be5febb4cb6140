import { connect } from "node:net";
import { Code, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, it } from "vitest";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.ts";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { until } from "../support/clock.ts";
import { openSocket, TRANSPORTS } from "./clients.ts";
import { pem, start } from "./support.ts";

const LONG_MS = 60_000;

/** Tells when it is asked, and answers when it is told to. */
function held() {
  const asked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  return {
    asked: asked.promise,
    release: release.resolve,
    getVerification: async ({ verificationId }: { verificationId: string }) => {
      asked.resolve();
      await release.promise;
      return { verification: { verificationId } };
    },
  };
}

/** Whether a new connection is refused. */
function refuses(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(false);
    });
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}

describe("drain", () => {
  it.each(TRANSPORTS)(
    "lets a running call finish and ends a stream with UNAVAILABLE, over %s",
    async (_, transport) => {
      const call = held();
      const { server, address, port } = await start({
        getVerification: call.getVerification,
        watchVerification: async function* () {
          yield { verification: { verificationId: "v1" } };
          await new Promise(() => {});
        },
      });
      const client = createClient(VerificationService, transport(`http://${address}`));
      const stream = client.watchVerification({ verificationId: "v1" })[Symbol.asyncIterator]();
      await stream.next();
      const running = client.getVerification({ verificationId: "v1" });
      await call.asked;

      const drained = server.drain(LONG_MS);
      await expect(stream.next()).rejects.toMatchObject({ code: Code.Unavailable });
      expect(await refuses(port)).toBe(true);
      call.release();
      expect((await running).verification?.verificationId).toBe("v1");
      await drained;
      await until(() => server.open.sessions === 0 && server.open.streams === 0);
    },
  );

  it("closes a connection of HTTP/1.1 after the call that runs on it", async () => {
    const call = held();
    const { server, port } = await start({ getVerification: call.getVerification });
    const { socket, closed } = openSocket(port);
    const path = "/numgate.v1.VerificationService/GetVerification";
    const headers = "Host: x\r\nContent-Type: application/json\r\nContent-Length: 23";
    socket.write(`POST ${path} HTTP/1.1\r\n${headers}\r\n\r\n{"verificationId":"v1"}`);
    await call.asked;
    const drained = server.drain(LONG_MS);
    await until(() => refuses(port));
    call.release();
    await drained;
    expect(await closed).toMatch(/^HTTP\/1.1 200 .*"v1"/s);
  });

  it("lets calls over TLS finish", async () => {
    for (const create of [createConnectTransport, createGrpcTransport]) {
      const call = held();
      const tls = { cert: pem("server.pem"), key: pem("server.key") };
      const { server, address } = await start({ getVerification: call.getVerification }, { tls });
      const nodeOptions = { ca: pem("ca.pem") };
      const transport = create({ baseUrl: `https://${address}`, httpVersion: "2", nodeOptions });
      const running = createClient(VerificationService, transport).getVerification({ verificationId: "v1" });
      await call.asked;
      const drained = server.drain(LONG_MS);
      call.release();
      expect((await running).verification?.verificationId).toBe("v1");
      await drained;
    }
  });

  it("closes connections that are idle or have said nothing, at once", async () => {
    const { server, address, port } = await start();
    await fetch(`http://${address}/healthz`);
    const silent = openSocket(port);
    await until(() => silent.socket.readyState === "open");
    await server.drain(LONG_MS);
    await silent.closed;
  });

  it("cuts what is still running when the grace is over, and a second call may shorten it", async () => {
    const call = held();
    const { server, address } = await start({ getVerification: call.getVerification });
    const client = createClient(
      VerificationService,
      createConnectTransport({ baseUrl: `http://${address}`, httpVersion: "2" }),
    );
    const running = client.getVerification({ verificationId: "v1" });
    const failed = expect(running).rejects.toThrow();
    await call.asked;
    const first = server.drain(LONG_MS);
    await server.drain(1);
    await first;
    await failed;
    await server.close();
  });

  it("tells watchers of health first", async () => {
    const { server, address } = await start();
    const client = createClient(Health, createConnectTransport({ baseUrl: `http://${address}`, httpVersion: "2" }));
    const seen: Status[] = [];
    const watching = (async () => {
      for await (const { status } of client.watch({})) seen.push(status);
    })();
    const failed = expect(watching).rejects.toMatchObject({ code: Code.Unavailable });
    await until(() => seen.length === 1);
    await server.drain(LONG_MS);
    await failed;
    expect(seen).toEqual([Status.SERVING, Status.NOT_SERVING]);
  });

  it("can be asked of a server that does not listen", async () => {
    const { server } = await start();
    await server.close();
    await server.close();
    await server.drain(LONG_MS);
  });
});
