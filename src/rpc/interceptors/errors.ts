import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import { GatewayError } from "../../core/error.ts";
import { betweenMessages, withMessages } from "../calls/messages.ts";
import { errorToWire, toConnectError } from "../error.ts";

/** Turns what handlers throw into what callers may see, and logs bugs. Nobody else logs them. */
export function mapErrors(log: Logger): Interceptor {
  return (next) => async (request) => {
    const toWire = (error: unknown): ConnectError => {
      const wire = errorToWire(error, request.signal);
      if (wire.code === Code.Internal) {
        log.error({ err: wire.cause ?? wire, service: request.service.typeName, method: request.method.name }, "bug");
      }
      return wire;
    };

    try {
      const response = await next(
        request.stream ? { ...request, message: mapStream(request.message, toReadFailure) } : request,
      );
      return response.stream ? withMessages(response, mapStream(response.message, toWire)) : response;
    } catch (error) {
      throw toWire(error);
    }
  };
}

function mapStream<T>(messages: AsyncIterable<T>, mapError: (error: unknown) => ConnectError): AsyncIterable<T> {
  return betweenMessages(messages, { map: (message) => message, mapError });
}

/** What connect says of a request that is garbled, or too large. */
const UNREADABLE: readonly Code[] = [Code.Internal, Code.InvalidArgument, Code.ResourceExhausted];

/**
 * A request that cannot be read is no bug of ours: it is garbled or too large, which connect says in codes of its own, or
 * its client has gone, which Node says in its own words.
 */
export function toReadFailure(error: unknown): ConnectError {
  if (!(error instanceof ConnectError)) return new ConnectError("the client has gone", Code.Canceled);
  if (!UNREADABLE.includes(error.code) || error.cause instanceof GatewayError) return error;
  const description = error.rawMessage;
  return toConnectError(
    new GatewayError("INVALID_REQUEST", description, { violations: [{ field: fieldOf(description), description }] }),
  );
}

/** The field that protobuf-es says it could not read; empty where it is the request as a whole. */
function fieldOf(message: string): string {
  const [, field, key] =
    /^cannot decode (?:field [\w.]+\.(\w+) |message [\w.]+ from JSON: key "(\w+)")/.exec(message) ?? [];
  return field ?? key ?? "";
}
