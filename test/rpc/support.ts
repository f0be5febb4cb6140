import { readFileSync } from "node:fs";
import type { ServiceImpl } from "@connectrpc/connect";
import pino from "pino";
import { Registry } from "prom-client";
import { onTestFinished } from "vitest";
import { CatalogService } from "../../gen/numgate/v1/catalog_pb.ts";
import { EsimService } from "../../gen/numgate/v1/esim_pb.ts";
import { RentalService } from "../../gen/numgate/v1/rental_pb.ts";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { createAuth } from "../../src/rpc/auth.ts";
import { createServer, type GatewayServer, type ServerOptions } from "../../src/rpc/server.ts";

type Verifications = Partial<ServiceImpl<typeof VerificationService>>;

/** Answers with the id that it was asked for. */
export const echo: Verifications = {
  getVerification: ({ verificationId }) => ({ verification: { verificationId } }),
};

export interface Started {
  readonly server: GatewayServer;
  /** Where it listens first: `127.0.0.1:12345` or `unix:/path`. */
  readonly address: string;
  readonly addresses: readonly string[];
  readonly port: number;
  readonly log: Record<string, unknown>[];
  readonly registry: Registry;
}

/** A server on a port of its own, with the services of the API and nothing behind them but what is given. */
export async function start(
  verifications: Verifications = echo,
  options: Partial<ServerOptions> = {},
): Promise<Started> {
  const log: Record<string, unknown>[] = [];
  const registry = new Registry();
  const server = createServer({
    listen: ["127.0.0.1:0"],
    routes(router) {
      router.service(CatalogService, { listUpstreams: () => ({}) });
      router.service(VerificationService, verifications);
      router.service(RentalService, {});
      router.service(EsimService, {});
    },
    auth: createAuth([]),
    ready: () => true,
    log: pino({ level: "debug" }, { write: (line) => void log.push(JSON.parse(line)) }),
    registry,
    ...options,
  });
  onTestFinished(() => server.close());
  const addresses = await server.listen();
  const [address = ""] = addresses;
  return { server, address, addresses, port: Number(address.split(":").at(-1)), log, registry };
}

export function pem(name: string): string {
  return readFileSync(new URL(`tls/${name}`, import.meta.url), "utf8");
}
