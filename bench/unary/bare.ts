// The yardstick: connect-node as its documentation shows it, with the gateway's interceptors around a handler that does
// nothing. HTTP/1.1 and HTTP/2 each on a port of its own.

import { createServer, type Server } from "node:http";
import { createServer as createHttp2Server, type Http2Server } from "node:http2";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { pino } from "pino";
import { Registry } from "prom-client";
import { CatalogService } from "../../gen/numgate/v1/catalog_pb.ts";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { createAuth } from "../../src/rpc/auth.ts";
import { raceDeadline } from "../../src/rpc/interceptors/deadline.ts";
import { mapErrors } from "../../src/rpc/interceptors/errors.ts";
import { createTelemetry } from "../../src/rpc/interceptors/telemetry.ts";
import { createValidation } from "../../src/rpc/interceptors/validation.ts";

const log = pino({ level: "info" }, pino.destination({ dest: 2, sync: true }));
const telemetry = createTelemetry(new Registry(), log);

const adapter = connectNodeAdapter({
  readMaxBytes: 64 * 1024,
  compressMinBytes: 2 ** 31,
  jsonOptions: { ignoreUnknownFields: false },
  requestGate: telemetry.gate(createAuth([]).gate),
  interceptors: [telemetry.interceptor, raceDeadline, mapErrors(log), createValidation().interceptor],
  routes(router: ConnectRouter) {
    router.service(VerificationService, { getVerification: () => ({}) });
    router.service(CatalogService, { listOffers: () => ({}) });
  },
});

async function listen(server: Server | Http2Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

process.send?.({
  urls: { http1: await listen(createServer(adapter)), http2: await listen(createHttp2Server(adapter)) },
});
