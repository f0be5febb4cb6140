import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import {
  Health as HealthService,
  HealthCheckResponse_ServingStatus as Status,
} from "../../gen/grpc/health/v1/health_pb.ts";
import type { Readiness } from "./plain.ts";

// Readiness is asked for, not announced.
const LOOK_AGAIN_MS = 1000;

export interface Health {
  routes(router: ConnectRouter): void;
  /** Says whether a service works. The name "" is the server as a whole. */
  set(service: string, serving: boolean): void;
  /** Everything is NOT_SERVING from now on. */
  drain(): void;
}

/** grpc.health.v1 over the named services. A service is SERVING when it is set so and the server is ready. */
export function createHealth(ready: Readiness): Health {
  const serving = new Map<string, boolean>([["", true]]);
  const watchers = new Set<() => void>();
  let draining = false;

  function changed(): void {
    for (const wake of [...watchers]) wake();
  }

  function statusOf(service: string): Status | undefined {
    const works = serving.get(service);
    if (works === undefined) return undefined;
    return works && !draining && ready() === true ? Status.SERVING : Status.NOT_SERVING;
  }

  async function* watch(service: string, signal: AbortSignal) {
    let said: Status | undefined;
    while (!signal.aborted) {
      const status = statusOf(service) ?? Status.SERVICE_UNKNOWN;
      if (status !== said) {
        said = status;
        yield { status };
        continue;
      }
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          watchers.delete(wake);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        const timer = setTimeout(wake, LOOK_AGAIN_MS);
        watchers.add(wake);
        signal.addEventListener("abort", wake);
      });
    }
  }

  return {
    routes(router) {
      router.service(HealthService, {
        check({ service }) {
          const status = statusOf(service);
          if (status === undefined) throw new ConnectError("unknown service", Code.NotFound);
          return { status };
        },
        list() {
          return {
            statuses: Object.fromEntries([...serving.keys()].map((name) => [name, { status: statusOf(name) }])),
          };
        },
        watch({ service }, context) {
          return watch(service, context.signal);
        },
      });
    },
    set(service, works) {
      serving.set(service, works);
      changed();
    },
    drain() {
      draining = true;
      changed();
    },
  };
}
