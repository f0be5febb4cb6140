import { execFile } from "node:child_process";
import { connect as connectHttp2, constants } from "node:http2";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.ts";
import { ServerReflection, type ServerReflectionRequest } from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import { until } from "../support/clock.ts";
import { start } from "./support.ts";

const SERVICES = [
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
  "numgate.v1.CatalogService",
  "numgate.v1.EsimService",
  "numgate.v1.RentalService",
  "numgate.v1.VerificationService",
];

const buf = fileURLToPath(new URL("../../node_modules/.bin/buf", import.meta.url));

async function bufCurl(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(buf, ["curl", ...args], {
    env: { ...process.env, BUF_CACHE_DIR: "/tmp" },
  });
  return stdout.trim();
}

describe("reflection", () => {
  type Question = ServerReflectionRequest["messageRequest"];

  /** Asks all on one stream. */
  async function reflect(address: string, questions: readonly Omit<Question, "$typeName">[]) {
    const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: `http://${address}` }));
    const answers = [];
    const requests = (async function* () {
      for (const messageRequest of questions) yield { messageRequest: messageRequest as Question };
    })();
    for await (const { messageResponse } of client.serverReflectionInfo(requests)) answers.push(messageResponse);
    return answers;
  }

  it.each(["grpc-v1", "grpc-v1alpha"])("lists the services to buf, %s", async (protocol) => {
    const { address } = await start();
    const listed = await bufCurl("--list-services", "--reflect-protocol", protocol, `http://${address}`);
    expect(listed.split("\n").sort()).toEqual(SERVICES);
  });

  it.each(["connect", "grpc", "grpcweb"])("lets buf call by %s without a proto file", async (protocol) => {
    const { address } = await start();
    const url = `http://${address}/numgate.v1.VerificationService/GetVerification`;
    const answer = await bufCurl(
      "--protocol",
      protocol,
      "--http2-prior-knowledge",
      "--data",
      '{"verificationId":"v1"}',
      url,
    );
    expect(JSON.parse(answer)).toEqual({ verification: { verificationId: "v1" } });
  });

  it.each([
    "numgate.v1.VerificationService",
    "numgate.v1.VerificationService.WatchVerification",
    "numgate.v1.Verification",
    "numgate.v1.Verification.verification_id",
    "numgate.v1.VerificationStatus",
    "numgate.v1.VERIFICATION_STATUS_WAITING",
  ])("finds the file of %s, with all it imports", async (symbol) => {
    const { address } = await start();
    const [answer] = await reflect(address, [{ case: "fileContainingSymbol", value: symbol }]);
    if (answer?.case !== "fileDescriptorResponse") throw new Error(`answered ${answer?.case}`);
    const files = answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
    expect(files[0]?.name).toBe("numgate/v1/verification.proto");
    const names = files.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(files.flatMap(({ dependency }) => dependency)));
  });

  it.each([
    ["google.rpc.ErrorInfo", "google/rpc/error_details.proto"],
    ["google.rpc.BadRequest", "google/rpc/error_details.proto"],
    ["google.rpc.RetryInfo", "google/rpc/error_details.proto"],
    ["numgate.v1.ErrorReason", "numgate/v1/error.proto"],
  ])("finds the file of %s, which errors carry", async (symbol, name) => {
    const { address } = await start();
    const [answer] = await reflect(address, [{ case: "fileContainingSymbol", value: symbol }]);
    if (answer?.case !== "fileDescriptorResponse") throw new Error(`answered ${answer?.case}`);
    const [first = new Uint8Array()] = answer.value.fileDescriptorProto;
    expect(fromBinary(FileDescriptorProtoSchema, first).name).toBe(name);
  });

  it("finds files by name and by extension, and sends what is imported once", async () => {
    const { address } = await start();
    const byName = { case: "fileByFilename" as const, value: "numgate/v1/verification.proto" };
    const validate = { containingType: "google.protobuf.FieldOptions", extensionNumber: 1159 };
    const [first, again, extension, numbers] = await reflect(address, [
      byName,
      byName,
      { case: "fileContainingExtension", value: validate as never },
      { case: "allExtensionNumbersOfType", value: validate.containingType },
    ]);
    expect(first?.case === "fileDescriptorResponse" && first.value.fileDescriptorProto.length).toBeGreaterThan(1);
    expect(again?.case === "fileDescriptorResponse" && again.value.fileDescriptorProto.length).toBe(1);
    expect(extension?.case).toBe("fileDescriptorResponse");
    expect(numbers).toMatchObject({ value: { extensionNumber: expect.arrayContaining([1159]) } });
  });

  it("has streams that count against their caller's bound", async () => {
    const { address, server } = await start(undefined, { limits: { streamsPerCaller: 1 } });
    const session = connectHttp2(`http://${address}`);
    onTestFinished(() => session.destroy());
    const path = `/${ServerReflection.typeName}/ServerReflectionInfo`;
    const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
    const open = session.request(headers, { endStream: false });
    await until(() => server.open.streams === 1);
    const ask = () => reflect(address, [{ case: "listServices", value: "" }]);
    await expect(ask()).rejects.toMatchObject({ code: Code.ResourceExhausted });
    open.close(constants.NGHTTP2_CANCEL);
    await until(() => server.open.streams === 0);
    expect(await ask()).toHaveLength(1);
  });

  it("says what it does not know and goes on", async () => {
    const { address } = await start();
    const answers = await reflect(address, [
      { case: "fileContainingSymbol", value: "numgate.v1.Nothing" },
      { case: "fileByFilename", value: "nothing.proto" },
      { case: "allExtensionNumbersOfType", value: "numgate.v1.Nothing" },
      { case: undefined } as never,
      { case: "listServices", value: "" },
    ]);
    expect(answers.map((answer) => answer.case)).toEqual([...Array(4).fill("errorResponse"), "listServicesResponse"]);
  });
});

describe("health", () => {
  it("knows the services that work from those that do not yet, and from those that are not", async () => {
    const { address } = await start();
    const client = createClient(Health, createGrpcTransport({ baseUrl: `http://${address}` }));
    expect((await client.check({})).status).toBe(Status.SERVING);
    expect((await client.check({ service: "numgate.v1.VerificationService" })).status).toBe(Status.SERVING);
    expect((await client.check({ service: "numgate.v1.RentalService" })).status).toBe(Status.NOT_SERVING);
    await expect(client.check({ service: "x" })).rejects.toMatchObject({ code: Code.NotFound });
    const { statuses } = await client.list({});
    expect(statuses["numgate.v1.CatalogService"]?.status).toBe(Status.SERVING);
    expect(statuses["numgate.v1.EsimService"]?.status).toBe(Status.NOT_SERVING);
  });

  it("is NOT_SERVING until the server is ready", async () => {
    let ready: true | string = "the catalogue is being read";
    const { address } = await start({}, { ready: () => ready });
    const client = createClient(Health, createGrpcTransport({ baseUrl: `http://${address}` }));
    expect((await client.check({})).status).toBe(Status.NOT_SERVING);
    const watch = client.watch({ service: "numgate.v1.CatalogService" })[Symbol.asyncIterator]();
    expect((await watch.next()).value?.status).toBe(Status.NOT_SERVING);
    ready = true;
    expect((await watch.next()).value?.status).toBe(Status.SERVING);
  });

  it("tells watchers each change, and waits with those of an unknown service", async () => {
    const { server, address } = await start();
    const client = createClient(Health, createGrpcTransport({ baseUrl: `http://${address}` }));
    const seen: Status[] = [];
    const watching = (async () => {
      for await (const { status } of client.watch({ service: "later" })) seen.push(status);
    })().catch(() => {});
    await until(() => seen.length === 1);
    server.health.set("later", true);
    await until(() => seen.length === 2);
    server.health.set("later", false);
    await until(() => seen.length === 3);
    expect(seen).toEqual([Status.SERVICE_UNKNOWN, Status.SERVING, Status.NOT_SERVING]);
    await server.close();
    await watching;
  });
});
