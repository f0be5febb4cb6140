import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

export interface PingTimes {
  readonly pingEveryMs: number;
  readonly pingAnswerMs: number;
}

/** Pings a session for as long as it lives, and cuts it when an answer is late: the peer is stopped or gone. */
export function pingSession(session: ServerHttp2Session, socket: Socket, times: PingTimes): void {
  let late: NodeJS.Timeout | undefined;

  const everyTurn = setInterval(() => {
    if (session.destroyed || late !== undefined) return;
    // Not session.destroy(): that waits until what is queued has left, and a stopped peer reads nothing.
    late = setTimeout(() => socket.destroy(), times.pingAnswerMs).unref();
    session.ping((error) => {
      if (error) return;
      clearTimeout(late);
      late = undefined;
    });
  }, times.pingEveryMs).unref();

  session.once("close", () => {
    clearInterval(everyTurn);
    clearTimeout(late);
  });
}
