import { setImmediate } from "node:timers/promises";
import type { DescService } from "@bufbuild/protobuf";
import {
  type ConnectRouter,
  createConnectRouter,
  createContextValues,
  createServiceImplSpec,
  type HandlerContext,
} from "@connectrpc/connect";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { Health as HealthService } from "../../gen/grpc/health/v1/health_pb.ts";
import { createRpcHandler } from "./adapter.ts";
import type { Auth } from "./auth.ts";
import { type CallHandler, type CallLimits, createCallHandler } from "./calls/handler.ts";
import { ACCEPTED_COMPRESSION } from "./calls/read.ts";
import { createHealth, type Health } from "./health.ts";
import type { HttpRequest, HttpResponse } from "./http.ts";
import { raceDeadline } from "./interceptors/deadline.ts";
import { mapErrors, toReadFailure } from "./interceptors/errors.ts";
import { createTelemetry } from "./interceptors/telemetry.ts";
import { createValidation } from "./interceptors/validation.ts";
import { parseListenAddress } from "./listen-address.ts";
import { type ConnectionLimits, createListener, type Tls } from "./listener.ts";
import { createPlainHandler, type Readiness } from "./plain.ts";
import { addReflection, REFLECTION_SERVICES } from "./reflection.ts";
import { createStreams, streamsKey } from "./streams.ts";

const MAX_REQUEST_BYTES = 64 * 1024;
/** A caller that keeps opening streams does not take the memory of the others: each holds some 20 KiB. */
const MAX_STREAMS_PER_CALLER = 50_000;
const CALL_LIMITS: CallLimits = {
  requestMs: 30_000,
  // Longer than the numbers of verifications last: it is a rental's watchers who call again.
  http1StreamMs: 60 * 60_000,
  stalledMs: 10 * 60_000,
  unreadMs: 60_000,
};

export interface ServerOptions {
  /** `host:port`, `[::1]:port` or `unix:/path`, one or more. */
  readonly listen: readonly string[];
  /** For the TCP addresses; a Unix socket is guarded by its mode. */
  readonly tls?: Tls | undefined;
  /** Registers the API's services. One that is registered without a single method is reflected, and NOT_SERVING. */
  readonly routes: (router: ConnectRouter) => void;
  readonly auth: Auth;
  readonly ready: Readiness;
  /** Answers a plain request of its own (a callback of an upstream) and says so; it is asked before /healthz and the like. */
  readonly http?: (request: HttpRequest, response: HttpResponse) => boolean;
  readonly log: Logger;
  readonly registry: Registry;
  readonly limits?: Partial<ConnectionLimits & CallLimits & { readonly streamsPerCaller: number }> | undefined;
}

export interface GatewayServer {
  readonly health: Health;
  /** Starts to listen on every address or on none. Gives the addresses as they were bound. */
  listen(): Promise<string[]>;
  /**
   * Goes out of service: health and /readyz say so, no connection is taken, streams end with UNAVAILABLE, unary calls
   * have until the grace is over. Resolves when the last connection is gone. Asking again changes nothing but the grace.
   */
  drain(graceMs: number): Promise<void>;
  /** Drains without grace. */
  close(): Promise<void>;
  /** For connections made from now on. */
  setTls(tls: Tls): void;
  /** HTTP/2 connections and streams that are open now. */
  readonly open: { readonly sessions: number; readonly streams: number };
}

export function createServer(options: ServerOptions): GatewayServer {
  const { auth, log, registry } = options;
  const streams = createStreams(options.limits?.streamsPerCaller ?? MAX_STREAMS_PER_CALLER);
  const ready: Readiness = () => (streams.draining ? "draining" : options.ready());

  const telemetry = createTelemetry(registry, log);
  const validation = createValidation();
  const shared = {
    readMaxBytes: MAX_REQUEST_BYTES,
    // A field that is misspelt must not be a bound that does not bind.
    jsonOptions: { ignoreUnknownFields: false },
    // Outermost first. No shutdownSignal: with ten thousand streams on it, it halves what the server can do.
    interceptors: [telemetry.interceptor, raceDeadline, mapErrors(log), validation.interceptor],
  };
  const gate = telemetry.gate(auth.gate);
  const router = createConnectRouter({
    ...shared,
    acceptCompression: ACCEPTED_COMPRESSION,
    // Requests may come compressed. Answers are small, and a neighbour asks: they are not worth the thread pool.
    compressMinBytes: 2 ** 31,
    requestGate: gate,
  });
  const calls = new Map<string, CallHandler>();
  const callOptions = {
    ...shared,
    gate,
    streams,
    limits: { ...CALL_LIMITS, ...options.limits },
    log,
    refuse(context: HandlerContext, error: unknown) {
      const failure = toReadFailure(error);
      telemetry.refused(context, failure);
      return failure;
    },
  };

  const health = createHealth(ready);
  const recording: ConnectRouter = {
    ...router,
    service(service, implementation, serviceOptions) {
      for (const spec of Object.values(createServiceImplSpec(service, implementation).methods)) {
        if (spec.kind !== "unary" && spec.kind !== "server_streaming") continue;
        calls.set(`/${service.typeName}/${spec.method.name}`, createCallHandler(spec, callOptions));
      }
      router.service(service, implementation, serviceOptions);
      return recording;
    },
  };
  const services = addServices(recording, options.routes, health);
  addReflection(router, [...services, HealthService, ...REFLECTION_SERVICES]);
  validation.warm(services.flatMap(({ methods }) => methods.map(({ input }) => input)));

  const plain = createPlainHandler(ready, registry);
  const handler = createRpcHandler(
    router,
    calls,
    () => createContextValues().set(streamsKey, streams),
    log,
    (request, response) => {
      if (!options.http?.(request, response)) plain(request, response);
    },
  );
  const listeners = options.listen.map((address) => createListener(parseListenAddress(address), handler, options));

  let closing: Promise<unknown> | undefined;

  async function begin(): Promise<void> {
    health.drain();
    // Whoever watches health hears of it before its stream ends.
    await setImmediate();
    const closed = Promise.all(listeners.map((listener) => listener.close()));
    streams.drain();
    await closed;
  }

  async function drain(graceMs: number): Promise<void> {
    closing ??= begin();
    const grace = setTimeout(() => {
      for (const listener of listeners) listener.destroy();
    }, graceMs);
    await closing;
    clearTimeout(grace);
  }

  return {
    health,
    async listen() {
      const bound: string[] = [];
      try {
        for (const listener of listeners) bound.push(await listener.listen());
      } catch (error) {
        await drain(0);
        throw error;
      }
      return bound;
    },
    drain,
    close: () => drain(0),
    setTls(tls) {
      for (const listener of listeners) listener.setTls(tls);
    },
    open: {
      get sessions() {
        return listeners.reduce((sum, { sessionCount }) => sum + sessionCount, 0);
      },
      get streams() {
        return streams.count;
      },
    },
  };
}

/** Registers the API's services. Only one with something behind it is SERVING; the methods left out are UNIMPLEMENTED. */
function addServices(router: ConnectRouter, routes: ServerOptions["routes"], health: Health): DescService[] {
  const services: DescService[] = [];
  const recording: ConnectRouter = {
    ...router,
    service(service, implementation, options) {
      services.push(service);
      const works = service.methods.some(({ localName }) => localName in implementation);
      health.set(service.typeName, works);
      router.service(service, implementation, options);
      return recording;
    },
  };
  routes(recording);
  health.routes(router);
  health.set(HealthService.typeName, true);
  return services;
}
