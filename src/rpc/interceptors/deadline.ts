import { ConnectError, type Interceptor } from "@connectrpc/connect";

/**
 * Answers a unary call when its deadline passes or its client goes, even when the handler is deaf to its signal:
 * connect tells the handler, and then waits for it. (Streams are cut by whoever serves them.)
 */
export const raceDeadline: Interceptor = (next) => async (request) => {
  if (request.stream) return next(request);
  const { signal } = request;
  if (signal.aborted) throw ConnectError.from(signal.reason);

  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(ConnectError.from(signal.reason));
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([next(request), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
};
