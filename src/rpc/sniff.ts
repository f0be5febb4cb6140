import type { Socket } from "node:net";

// What an HTTP/2 client says first begins so; no method of HTTP/1.1 does.
const PREFACE = Buffer.from("PRI");

/**
 * Looks at the first bytes of a connection, puts them back and says which version of HTTP they are. A socket that has
 * not said enough in time is destroyed, and so is one that ends before.
 */
export function sniff(socket: Socket, timeoutMs: number, decide: (version: 1 | 2) => void): void {
  // Held aside until decided: unshift() inside "readable" fires it again, forever.
  let head = Buffer.alloc(0);
  const timer = setTimeout(giveUp, timeoutMs);

  function look(): void {
    const chunk: Buffer | null = socket.read();
    if (!chunk) return;
    head = Buffer.concat([head, chunk]);
    const seen = Math.min(head.length, PREFACE.length);
    const isPreface = head.compare(PREFACE, 0, seen, 0, seen) === 0;
    if (isPreface && seen < PREFACE.length) return;

    clearTimeout(timer);
    socket.off("readable", look).off("end", giveUp).off("error", giveUp).off("close", giveUp);
    socket.unshift(head);
    decide(isPreface ? 2 : 1);
  }

  function giveUp(): void {
    clearTimeout(timer);
    socket.destroy();
  }

  socket.on("readable", look).on("end", giveUp).on("error", giveUp).on("close", giveUp);
}
