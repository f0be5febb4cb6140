import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect, createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { Code, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.ts";
import { EsimService } from "../../gen/numgate/v1/esim_pb.ts";
import { RentalService } from "../../gen/numgate/v1/rental_pb.ts";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { callByGrpcJs, openSocket, requestByHttp2, TRANSPORTS } from "./clients.ts";
import { echo, pem, start } from "./support.ts";

const GET_VERIFICATION = "/numgate.v1.VerificationService/GetVerification";

describe("one plaintext port", () => {
  it.each(TRANSPORTS)("answers %s", async (_, transport) => {
    const { address } = await start({
      ...echo,
      async *watchVerification({ verificationId }) {
        yield { verification: { verificationId } };
        yield { verification: { verificationId, code: "0042" } };
      },
    });
    const client = createClient(VerificationService, transport(`http://${address}`));
    expect((await client.getVerification({ verificationId: "v1" })).verification?.verificationId).toBe("v1");
    const codes = [];
    for await (const { verification } of client.watchVerification({ verificationId: "v1" }))
      codes.push(verification?.code);
    expect(codes).toEqual([undefined, "0042"]);
  });

  it.each(TRANSPORTS)("answers UNIMPLEMENTED for what is not there yet, over %s", async (_, transport) => {
    const { address } = await start();
    const rentals = createClient(RentalService, transport(`http://${address}`));
    const esims = createClient(EsimService, transport(`http://${address}`));
    await expect(rentals.getRental({ rentalId: "r1" })).rejects.toMatchObject({ code: Code.Unimplemented });
    await expect(esims.listEsims({})).rejects.toMatchObject({ code: Code.Unimplemented });
  });

  it("answers @grpc/grpc-js", async () => {
    const { address } = await start();
    const answer = await callByGrpcJs(address, VerificationService.method.getVerification, { verificationId: "v1" });
    expect(answer.verification?.verificationId).toBe("v1");
  });

  it("answers JSON by POST over both versions, and reads by GET", async () => {
    const { address, port } = await start();
    const json = { "content-type": "application/json" };
    const body = JSON.stringify({ verificationId: "v1" });
    const posted = await fetch(`http://${address}${GET_VERIFICATION}`, { method: "POST", headers: json, body });
    expect(await posted.json()).toEqual({ verification: { verificationId: "v1" } });
    const got = await fetch(`http://${address}${GET_VERIFICATION}?encoding=json&message=${encodeURIComponent(body)}`);
    expect(await got.json()).toEqual({ verification: { verificationId: "v1" } });
    const second = await requestByHttp2(port, { ":method": "POST", ":path": GET_VERIFICATION, ...json }, body);
    expect(JSON.parse(second.text)).toEqual({ verification: { verificationId: "v1" } });
  });

  it.each(["charset=utf-8", 'charset="UTF-8"', "Charset=utf8"])("takes JSON whose type has %s", async (parameter) => {
    const { address } = await start();
    const headers = { "content-type": `application/json; ${parameter}` };
    const init = { method: "POST", headers, body: '{"verificationId":"v1"}' };
    expect(await (await fetch(`http://${address}${GET_VERIFICATION}`, init)).json()).toHaveProperty("verification");
  });

  it("says how an RPC is called to whoever calls it otherwise", async () => {
    const { address } = await start();
    const ask = async (rpc: string, init: RequestInit) => {
      const answer = await fetch(`http://${address}/numgate.v1.VerificationService/${rpc}`, init);
      return [answer.status, await answer.text(), ...(answer.headers.get("allow")?.split(", ").sort() ?? [])];
    };
    const form = { method: "POST", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "{}" };
    const named = expect.stringMatching(/content-type: application\/json/);
    expect(await ask("GetVerification", form)).toEqual([415, named]);
    expect(await ask("GetVerification", {})).toEqual([415, named]);
    const posted = expect.stringMatching(/POST/);
    expect(await ask("CreateVerification", {})).toEqual([405, posted, "POST"]);
    expect(await ask("GetVerification", { method: "PUT" })).toEqual([405, posted, "GET", "POST"]);
  });

  it("knows an HTTP/2 client by its preface, however it is cut into packets", async () => {
    const { port, server } = await start();
    const { socket, closed } = openSocket(port);
    socket.setNoDelay(true);
    const settings = "\0\0\0\x04\0\0\0\0\0";
    for (const byte of ["P", "R", "I", ..." * HTTP/2.0\r\n\r\nSM\r\n\r\n", ...settings]) {
      await new Promise<unknown>((resolve) => socket.write(byte, "latin1", resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [first] = await new Promise<Buffer>((resolve) => socket.once("data", resolve)).then((frame) => [frame[3]]);
    expect(first, "a SETTINGS frame").toBe(4);
    expect(server.open.sessions).toBe(1);
    socket.end();
    await closed;
  });

  it("knows an HTTP/1.1 client whose method begins like the preface", async () => {
    const { port } = await start();
    const { socket, closed } = openSocket(port);
    socket.setNoDelay(true);
    for (const part of ["P", "O", "ST /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"]) {
      await new Promise<unknown>((resolve) => socket.write(part, resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await closed).toMatch(/^HTTP\/1.1 405 /);
  });

  it("answers a client that closes its half after the request", async () => {
    const { port } = await start();
    const { socket, closed } = openSocket(port);
    socket.end("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await closed).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe("a Unix socket", () => {
  const socketPath = () => join(mkdtempSync(join(tmpdir(), "numgate-")), "s");

  it("is for its owner alone, and answers both versions and grpc-js", async () => {
    const path = socketPath();
    const { address } = await start(echo, { listen: [`unix:${path}`] });
    expect(address).toBe(`unix:${path}`);
    expect(statSync(path).mode & 0o077).toBe(0);
    const baseUrl = "http://localhost";
    for (const transport of [
      createConnectTransport({ baseUrl, httpVersion: "1.1", nodeOptions: { socketPath: path } }),
      createGrpcTransport({ baseUrl, nodeOptions: { createConnection: () => connect(path) } }),
    ]) {
      const client = createClient(VerificationService, transport);
      expect((await client.getVerification({ verificationId: "v1" })).verification?.verificationId).toBe("v1");
    }
    const { status } = await callByGrpcJs(address, Health.method.check, {});
    expect(status).toBe(Status.SERVING);
  });

  it("answers whatever authority a client makes up for it, such as gRPC's C-core the path", async () => {
    const path = socketPath();
    await start(echo, { listen: [`unix:${path}`] });
    const session = connectHttp2("http://localhost", { createConnection: () => connect(path) });
    const stream = session.request(
      {
        ":method": "POST",
        ":path": GET_VERIFICATION,
        ":authority": encodeURIComponent(path),
        "content-type": "application/json",
      },
      { endStream: false },
    );
    stream.end(JSON.stringify({ verificationId: "v1" }));
    const [headers] = await once(stream, "response");
    expect(headers[":status"]).toBe(200);
    session.destroy();
  });

  it("is taken over when nobody answers on it, and only then", async () => {
    const path = socketPath();
    await start(echo, { listen: [`unix:${path}`] });
    await expect(start(echo, { listen: [`unix:${path}`] })).rejects.toThrow(/s: it is in use$/);

    const stale = socketPath();
    const die = `require("net").createServer().listen(${JSON.stringify(stale)}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", die]);
    expect(statSync(stale).isSocket()).toBe(true);
    const { address } = await start(echo, { listen: [`unix:${stale}`] });
    expect(address).toBe(`unix:${stale}`);
  });

  it("does not take the place of a file", async () => {
    const path = socketPath();
    writeFileSync(path, "precious");
    await expect(start(echo, { listen: [`unix:${path}`] })).rejects.toThrow(/not a socket$/);
    await expect(start(echo, { listen: [`unix:${path}.d/a.sock`] })).rejects.toThrow(/folder does not exist$/);
  });
});

describe("addresses", () => {
  it("share one server", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "numgate-")), "s");
    const { addresses } = await start(echo, { listen: ["127.0.0.1:0", "127.0.0.1:0", `unix:${path}`] });
    expect(new Set(addresses).size).toBe(3);
    for (const address of addresses) {
      expect((await callByGrpcJs(address, Health.method.check, {})).status).toBe(Status.SERVING);
    }
  });

  it("that are in use are named, and none is then listened on", async () => {
    const blocker = createNetServer().listen(0, "127.0.0.1");
    onTestFinished(() => void blocker.close());
    await new Promise((resolve) => blocker.once("listening", resolve));
    const { port } = blocker.address() as { port: number };
    const path = join(mkdtempSync(join(tmpdir(), "numgate-")), "s");
    const listen = [`unix:${path}`, `127.0.0.1:${port}`];
    await expect(start(echo, { listen })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: it is in use`);
    expect(() => statSync(path)).toThrow("ENOENT");
  });

  it.each(["7070", "localhost", "127.0.0.1:70700", "::1:7070", "unix:", ""])("do not look like %j", async (text) => {
    await expect(start(echo, { listen: [text] })).rejects.toThrow("cannot listen on");
  });
});

describe("TLS", () => {
  const tls = { cert: pem("server.pem"), key: pem("server.key") };
  const ca = pem("ca.pem");

  const over = (address: string, more = {}) => [
    createConnectTransport({ baseUrl: `https://${address}`, httpVersion: "1.1", nodeOptions: { ca, ...more } }),
    createGrpcTransport({ baseUrl: `https://${address}`, nodeOptions: { ca, ...more } }),
  ];

  it("answers both versions on one port", async () => {
    const { address } = await start(echo, { tls });
    for (const transport of over(address)) {
      const client = createClient(VerificationService, transport);
      expect((await client.getVerification({ verificationId: "v1" })).verification?.verificationId).toBe("v1");
    }
  });

  it("lets in only clients with a certificate, when there is a client CA", async () => {
    const { address } = await start(echo, { tls: { ...tls, clientCa: ca } });
    for (const transport of over(address)) {
      await expect(
        createClient(VerificationService, transport).getVerification({ verificationId: "v1" }),
      ).rejects.toThrow();
    }
    for (const transport of over(address, { cert: pem("client.pem"), key: pem("client.key") })) {
      await createClient(VerificationService, transport).getVerification({ verificationId: "v1" });
    }
  });

  it("shows a renewed certificate to the connections that come after it", async () => {
    const { server, port } = await start(echo, { tls });
    const subject = () =>
      new Promise<unknown>((resolve, reject) => {
        const socket = connectTls({ port, host: "127.0.0.1", ca, ALPNProtocols: ["h2"] }, () => {
          resolve(socket.getPeerCertificate().subject.CN);
          socket.destroy();
        });
        socket.on("error", reject);
      });
    expect(await subject()).toBe("first");
    server.setTls({ cert: pem("renewed.pem"), key: pem("renewed.key") });
    expect(await subject()).toBe("renewed");
  });
});
