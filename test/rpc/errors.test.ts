import { connect as connectHttp2 } from "node:http2";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { status as GrpcStatus, type Metadata } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { ErrorReason } from "../../gen/numgate/v1/error_pb.ts";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { GatewayError, type Reason } from "../../src/core/error.ts";
import { toConnectError } from "../../src/rpc/error.ts";
import { until } from "../support/clock.ts";
import { callByGrpcJs, TRANSPORTS } from "./clients.ts";
import { start } from "./support.ts";

const WIRE: Record<Reason, Code> = {
  INVALID_REQUEST: Code.InvalidArgument,
  REQUEST_ID_REUSED: Code.InvalidArgument,
  UNKNOWN_COUNTRY: Code.InvalidArgument,
  UNKNOWN_SERVICE: Code.InvalidArgument,
  NOT_FOUND: Code.NotFound,
  NO_OFFERS: Code.FailedPrecondition,
  NO_NUMBERS: Code.Unavailable,
  PRICE_ABOVE_MAX: Code.FailedPrecondition,
  BUDGET_EXCEEDED: Code.ResourceExhausted,
  TOO_MANY_OPEN: Code.ResourceExhausted,
  UPSTREAMS_UNAVAILABLE: Code.Unavailable,
  UPSTREAM_FUNDS: Code.FailedPrecondition,
  UPSTREAM_CREDENTIALS: Code.FailedPrecondition,
  CANCEL_TOO_EARLY: Code.FailedPrecondition,
  ALREADY_RECEIVED: Code.FailedPrecondition,
  ALREADY_ENDED: Code.FailedPrecondition,
  NOT_SUPPORTED: Code.FailedPrecondition,
  PURCHASE_UNCERTAIN: Code.Aborted,
  UNAUTHENTICATED: Code.Unauthenticated,
  PERMISSION_DENIED: Code.PermissionDenied,
};

async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  return ConnectError.from(
    await call.then(
      () => new Error("it succeeded"),
      (error: unknown) => error,
    ),
  );
}

describe("a reason", () => {
  it.each(Object.entries(WIRE))("%s has its code", (reason, code) => {
    const error = toConnectError(new GatewayError(reason as Reason, "so it is"));
    expect(Code[error.code]).toBe(Code[code]);
    expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason, domain: "numgate" }]);
  });

  it("is in the proto's list when it is in ours, and the other way round", () => {
    const listed = Object.keys(ErrorReason).filter((name) => name !== "UNSPECIFIED");
    expect(Object.keys(WIRE).sort()).toEqual(listed.sort());
  });

  it.each(["NO_NUMBERS", "UPSTREAMS_UNAVAILABLE"] as const)("%s always says when to try again", (reason) => {
    expect(toConnectError(new GatewayError(reason, "not now")).findDetails(RetryInfoSchema)).toHaveLength(1);
  });
});

describe("an expected failure", () => {
  const early = new GatewayError("CANCEL_TOO_EARLY", "acme cancels after two minutes", {
    metadata: { upstream: "acme" },
    retryAfterMs: 61_500,
  });

  it.each(TRANSPORTS)("keeps its details over %s, of a call and of a stream", async (_, transport) => {
    const { address, log } = await start({
      getVerification: () => {
        throw early;
      },
      watchVerification: async function* () {
        yield { verification: {} };
        throw early;
      },
    });
    const client = createClient(VerificationService, transport(`http://${address}`));
    const watch = async () => {
      for await (const _ of client.watchVerification({ verificationId: "v1" }));
    };
    for (const call of [() => client.getVerification({ verificationId: "v1" }), watch]) {
      const error = await failureOf(call());
      expect(error).toMatchObject({ code: Code.FailedPrecondition, rawMessage: "acme cancels after two minutes" });
      const [info] = error.findDetails(ErrorInfoSchema);
      expect(info).toMatchObject({ reason: "CANCEL_TOO_EARLY", domain: "numgate", metadata: { upstream: "acme" } });
      expect(error.findDetails(RetryInfoSchema)).toMatchObject([{ retryDelay: { seconds: 61n, nanos: 500_000_000 } }]);
    }
    expect(log.filter(({ level }) => level === 50)).toEqual([]);
  });

  it("is readable in the JSON of a plain HTTP client", async () => {
    const { address } = await start({
      getVerification: () => {
        throw early;
      },
    });
    const answer = await fetch(`http://${address}/numgate.v1.VerificationService/GetVerification`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"verificationId":"v1"}',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: "failed_precondition",
      message: "acme cancels after two minutes",
      details: [
        { type: "google.rpc.ErrorInfo", debug: { reason: "CANCEL_TOO_EARLY", domain: "numgate" } },
        { type: "google.rpc.RetryInfo", debug: { retryDelay: "61.500s" } },
      ],
    });
  });
});

describe("a bug", () => {
  const verifications = {
    getVerification: () => {
      throw new TypeError("the secret is 42");
    },
    watchVerification: async function* () {
      yield { verification: {} };
      throw new TypeError("the secret is 42");
    },
  };

  it.each(TRANSPORTS)("tells nothing over %s, and the log once", async (_, transport) => {
    const { address, log } = await start(verifications);
    const client = createClient(VerificationService, transport(`http://${address}`));
    const error = await failureOf(client.getVerification({ verificationId: "v1" }));
    expect(error).toMatchObject({ code: Code.Internal, rawMessage: "internal error", details: [] });
    const watch = async () => {
      for await (const _ of client.watchVerification({ verificationId: "v1" }));
    };
    expect(await failureOf(watch())).toMatchObject({ code: Code.Internal, rawMessage: "internal error", details: [] });
    expect(log.filter(({ level }) => level === 50)).toMatchObject([
      { msg: "bug", method: "GetVerification", err: { message: "the secret is 42" } },
      { msg: "bug", method: "WatchVerification", err: { message: "the secret is 42" } },
    ]);
  });
});

describe("a request that cannot be read", () => {
  const PATH = "/numgate.v1.VerificationService/WatchVerification";
  const headers = { ":method": "POST", ":path": PATH, "content-type": "application/grpc", te: "trailers" };

  it("because it is garbled is the client's fault", async () => {
    const { address, log } = await start();
    const session = connectHttp2(`http://${address}`);
    const stream = session.request(headers);
    stream.end(Buffer.from("0000000003ffffff", "hex")).resume();
    const trailers = await new Promise((resolve) => stream.once("trailers", resolve));
    expect(trailers).toMatchObject({ "grpc-status": String(Code.InvalidArgument) });
    expect(log).toMatchObject([{ level: 30, code: "InvalidArgument" }]);
    session.destroy();
  });

  it.each(["application/json", "application/proto"])("because a text is not UTF-8, in %s", async (type) => {
    const { address } = await start();
    const invalid = Buffer.from([0xff, 0xfe]);
    const before = type.endsWith("json") ? '{"verificationId":"' : "\n\x02";
    const body = Buffer.concat([Buffer.from(before), invalid, Buffer.from(type.endsWith("json") ? '"}' : "")]);
    const url = `http://${address}/numgate.v1.VerificationService/GetVerification`;
    const answer = await fetch(url, { method: "POST", headers: { "content-type": type }, body });
    expect(await answer.json()).toMatchObject({
      code: "invalid_argument",
      details: [{ debug: { reason: "INVALID_REQUEST" } }, { type: "google.rpc.BadRequest" }],
    });
  });

  it("because its client has gone is no bug", async () => {
    const { address, log, registry } = await start();
    const session = connectHttp2(`http://${address}`);
    session
      .request(headers)
      .on("error", () => {})
      .write("half");
    await until(async () => (await registry.metrics()).includes("grpc_server_started_total{"));
    session.socket.destroy();
    await until(() => log.length > 0);
    expect(log).toMatchObject([{ level: 20, code: "Canceled" }]);
  });
});

describe("a request that breaks its rules", () => {
  it("is INVALID_REQUEST with the fields at fault", async () => {
    const { address } = await start();
    for (const [, transport] of TRANSPORTS) {
      const client = createClient(VerificationService, transport(`http://${address}`));
      const request = { countryCode: "England", service: "whatsapp", requestId: "no uuid", minSuccessRate: 2 };
      const error = await failureOf(client.createVerification(request));
      expect(error.code).toBe(Code.InvalidArgument);
      expect(error.findDetails(ErrorInfoSchema)).toMatchObject([{ reason: "INVALID_REQUEST" }]);
      const [bad] = error.findDetails(BadRequestSchema);
      expect(bad?.fieldViolations.map(({ field }) => field)).toEqual([
        "country_code",
        "min_success_rate",
        "request_id",
      ]);
      expect(error.rawMessage).toMatch(/^country_code .* \(and 2 more\)$/);
    }
  });

  it("is refused before a stream begins", async () => {
    const { address } = await start();
    for (const [, transport] of TRANSPORTS) {
      const stream = createClient(VerificationService, transport(`http://${address}`)).watchVerification({});
      const error = await failureOf(stream[Symbol.asyncIterator]().next());
      expect(error.code).toBe(Code.InvalidArgument);
      expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations).toMatchObject([{ field: "verification_id" }]);
    }
  });

  it("reads well for @grpc/grpc-js", async () => {
    const { address } = await start();
    const call = callByGrpcJs(address, VerificationService.method.getVerification, {});
    const error = await call.catch((caught: { code: number; details: string; metadata: Metadata }) => caught);
    expect(error).toMatchObject({ code: GrpcStatus.INVALID_ARGUMENT, details: expect.not.stringContaining("%") });
  });
});

describe("a deadline", () => {
  it.each(TRANSPORTS)("is kept for a handler that is deaf to it, over %s", async (_, transport) => {
    const { address, registry } = await start({
      getVerification: () => new Promise(() => {}),
      watchVerification: async function* () {
        yield { verification: {} };
        await new Promise(() => {});
      },
    });
    const client = createClient(VerificationService, transport(`http://${address}`));
    // Not timeoutMs: then the client would also look at its own clock.
    const options = { headers: { "connect-timeout-ms": "100", "grpc-timeout": "100m" } };
    const watch = async () => {
      for await (const _ of client.watchVerification({ verificationId: "v1" }, options));
    };
    expect((await failureOf(client.getVerification({ verificationId: "v1" }, options))).code).toBe(
      Code.DeadlineExceeded,
    );
    expect((await failureOf(watch())).code).toBe(Code.DeadlineExceeded);
    expect((await registry.metrics()).match(/grpc_code="DeadlineExceeded"/g)).toHaveLength(2);
  });
});
