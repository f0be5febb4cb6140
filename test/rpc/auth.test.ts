import { createHash } from "node:crypto";
import { Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Metadata } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import type { Caller } from "../../src/core/caller.ts";
import { callerOf, createAuth } from "../../src/rpc/auth.ts";
import { callByGrpcJs, TRANSPORTS } from "./clients.ts";
import { start } from "./support.ts";

const token = (name: string, text: string) => ({
  caller: { name, budget: {}, allow: {} } satisfies Caller,
  tokenSha256: createHash("sha256").update(text).digest(),
});

const withAuthorization =
  (value: string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set("authorization", value);
    return next(request);
  };

/** Answers with the caller's name. */
const whoAmI = {
  getVerification: (_: unknown, context: Parameters<typeof callerOf>[0]) => ({
    verification: { verificationId: callerOf(context).name },
  }),
};

async function ask(address: string, authorization: string): Promise<string | undefined> {
  const interceptors = [withAuthorization(authorization)];
  const transport = createConnectTransport({ baseUrl: `http://${address}`, httpVersion: "1.1", interceptors });
  const { verification } = await createClient(VerificationService, transport).getVerification({ verificationId: "x" });
  return verification?.verificationId;
}

describe("auth", () => {
  it("knows everyone as the local caller when there are no callers", async () => {
    const { address } = await start(whoAmI);
    expect(await ask(address, "")).toBe("local");
    expect(await ask(address, "Bearer whatever")).toBe("local");
  });

  it("knows a caller by the token", async () => {
    const { address } = await start(whoAmI, { auth: createAuth([token("ci", "s3cret"), token("shop", "0ther")]) });
    expect(await ask(address, "Bearer s3cret")).toBe("ci");
    expect(await ask(address, "bearer  0ther")).toBe("shop");
    const metadata = new Metadata();
    metadata.set("authorization", "Bearer s3cret");
    const request = { verificationId: "x" };
    const answer = await callByGrpcJs(address, VerificationService.method.getVerification, request, metadata);
    expect(answer.verification?.verificationId).toBe("ci");
  });

  it.each(["", "Bearer ", "Bearer wrong", "Bearer s3cret x", "Basic s3cret", "s3cret"])(
    "turns away %j",
    async (value) => {
      const { address } = await start(whoAmI, { auth: createAuth([token("ci", "s3cret")]) });
      await expect(ask(address, value)).rejects.toMatchObject({ code: Code.Unauthenticated });
    },
  );

  it.each(TRANSPORTS)("says why it turns away, over %s", async (_, transport) => {
    const { address, registry } = await start(whoAmI, { auth: createAuth([token("ci", "s3cret")]) });
    const client = createClient(VerificationService, transport(`http://${address}`));
    const error = ConnectError.from(
      await client.getVerification({ verificationId: "x" }).catch((caught: unknown) => caught),
    );
    expect(error.code).toBe(Code.Unauthenticated);
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "UNAUTHENTICATED", domain: "numgate" }]);
    expect(await registry.metrics()).toMatch(/grpc_server_handled_total\{.*grpc_code="Unauthenticated"\} 1/);
  });

  it("exempts health, which probes ask for, and not reflection", async () => {
    const { address } = await start(whoAmI, { auth: createAuth([token("ci", "s3cret")]) });
    expect((await callByGrpcJs(address, Health.method.check, {})).status).toBe(Status.SERVING);
    const transport = createConnectTransport({ baseUrl: `http://${address}`, httpVersion: "2" });
    const answers = createClient(ServerReflection, transport).serverReflectionInfo(
      (async function* () {
        yield { messageRequest: { case: "listServices" as const, value: "" } };
      })(),
    );
    await expect(answers[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: Code.Unauthenticated });
  });

  it("replaces its callers while it runs", async () => {
    const auth = createAuth([token("ci", "old")]);
    const { address } = await start(whoAmI, { auth });
    auth.replace([token("ci", "new")]);
    expect(await ask(address, "Bearer new")).toBe("ci");
    await expect(ask(address, "Bearer old")).rejects.toMatchObject({ code: Code.Unauthenticated });
  });
});
