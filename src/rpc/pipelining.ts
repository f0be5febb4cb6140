import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { HttpHandler, HttpRequest } from "./http.ts";

/** More than any client sends ahead, and little to hold. */
const MOST_WAITING = 100;

/**
 * Handles the requests that were pipelined on a connection of HTTP/1.1 one after the other. Node hands them out at once,
 * tells nobody when the client of a response that waits for its turn goes, and having kept 16 KB of such responses it
 * stops to look whether the client of the first is still there.
 */
export function createTurns(handler: HttpHandler): (request: HttpRequest, response: ServerResponse) => void {
  const waiting = new WeakMap<Socket, number>();

  return (request, response) => {
    if (response.socket) {
      handler(request, response);
      return;
    }
    const { socket } = request;
    const ahead = waiting.get(socket) ?? 0;
    if (ahead === MOST_WAITING) {
      socket.destroy();
      return;
    }
    waiting.set(socket, ahead + 1);
    // It is told of when it is its turn.
    response.once("socket", () => {
      waiting.set(socket, (waiting.get(socket) ?? 0) - 1);
      handler(request, response);
    });
  };
}
