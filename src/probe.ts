import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Listener } from "./config.ts";

const PATIENCE_MS = 3_000;

/** Asks the gateway that listens there for /healthz. For containers, whose images have no curl. */
export function probe(listener: Listener, tls: boolean): Promise<boolean> {
  const where =
    listener.kind === "unix"
      ? { socketPath: listener.path }
      : { host: anyAddress(listener.host) ? "localhost" : listener.host, port: listener.port };
  // Whether it lives is asked, not who it is.
  const options = { ...where, path: "/healthz", timeout: PATIENCE_MS, rejectUnauthorized: false };
  return new Promise((resolve) => {
    const answered = (response: IncomingMessage) => {
      response.resume();
      resolve(response.statusCode === 200);
    };
    const call = tls && listener.kind === "tcp" ? requestHttps(options, answered) : requestHttp(options, answered);
    // Who asks for a certificate lives.
    call.on("error", ({ code }: NodeJS.ErrnoException) =>
      resolve(code === "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"),
    );
    call.on("timeout", () => call.destroy());
    call.end();
  });
}

function anyAddress(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
