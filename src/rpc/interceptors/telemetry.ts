import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError, type ContextValues, type HandlerContext, type Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import { Counter, Histogram, type Registry } from "prom-client";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.ts";
import { callerKey, type RequestGate } from "../auth.ts";
import { betweenMessages, withMessages } from "../calls/messages.ts";

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1200];

export interface Telemetry {
  readonly interceptor: Interceptor;
  /** Sees the calls that a gate turns away: no interceptor is asked about those. */
  gate(inner: RequestGate): RequestGate;
  /** Counts another call that failed before any interceptor was asked. */
  refused(context: HandlerContext, error: unknown): void;
}

/** Counts and times every call under the names of go-grpc-prometheus, and logs a line about it: never of its content. */
export function createTelemetry(registry: Registry, log: Logger): Telemetry {
  const method = ["grpc_type", "grpc_service", "grpc_method"] as const;
  const registers = [registry];
  const started = new Counter({
    name: "grpc_server_started_total",
    help: "Calls begun.",
    labelNames: method,
    registers,
  });
  const handled = new Counter({
    name: "grpc_server_handled_total",
    help: "Calls ended, by the code they ended with.",
    labelNames: [...method, "grpc_code"] as const,
    registers,
  });
  const seconds = new Histogram({
    name: "grpc_server_handling_seconds",
    help: "How long calls took; for a stream, how long it lived.",
    labelNames: method,
    buckets: SECONDS,
    registers,
  });

  /** Begins a call. What comes back ends it, with what was thrown or with nothing. */
  function begin(desc: DescMethod, values: ContextValues): (error?: unknown) => void {
    const labels = labelsOf(desc);
    const start = performance.now();
    started.inc(labels);
    return (error) => {
      const ms = performance.now() - start;
      const failure = error === undefined ? undefined : ConnectError.from(error);
      const code = failure ? (Code[failure.code] ?? "Unknown") : "OK";
      handled.inc({ ...labels, grpc_code: code });
      seconds.observe(labels, ms / 1000);
      // That a client leaves is how most streams end.
      const level = failure && failure.code !== Code.Canceled ? "info" : "debug";
      if (!log.isLevelEnabled(level)) return;
      const reason = failure?.findDetails(ErrorInfoSchema)[0]?.reason;
      const caller = values.get(callerKey)?.name;
      log[level](
        { rpc: `${labels.grpc_service}/${labels.grpc_method}`, code, reason, caller, ms: Math.round(ms) },
        "call",
      );
    };
  }

  return {
    interceptor: (next) => async (request) => {
      const end = begin(request.method, request.contextValues);
      try {
        const response = await next(request);
        if (response.stream) return withMessages(response, follow(response.message, end));
        end();
        return response;
      } catch (error) {
        end(error);
        throw error;
      }
    },
    gate: (inner) => (context: HandlerContext) => {
      try {
        inner(context);
      } catch (error) {
        begin(context.method, context.values)(error);
        throw error;
      }
    },
    refused: (context, error) => begin(context.method, context.values)(error),
  };
}

function follow<T>(messages: AsyncIterable<T>, end: (error?: unknown) => void): AsyncIterable<T> {
  return betweenMessages(messages, {
    map: (message) => message,
    onEnd: (error, left) => end(left ? new ConnectError("the client has gone", Code.Canceled) : error),
  });
}

function labelsOf(desc: DescMethod) {
  return {
    grpc_type: desc.methodKind.replace("streaming", "stream"),
    grpc_service: desc.parent.typeName,
    grpc_method: desc.name,
  };
}
