import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import { sniff } from "../../src/rpc/sniff.ts";
import { settle } from "../support/clock.ts";

const LONG_MS = 60_000;
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

function createSocket() {
  return new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
}

it.each([
  [2, [PREFACE]],
  [2, [...PREFACE]],
  [2, ["PRI"]],
  [1, ["GET / HTTP/1.1\r\n\r\n"]],
  [1, ["P", "O", "ST / HTTP/1.1\r\n\r\n"]],
  [1, ["PR", "OPFIND / HTTP/1.1\r\n\r\n"]],
  [1, ["\x16\x03\x01"]],
] as const)("hears HTTP/%i in %j, and takes nothing from it", async (version, packets) => {
  const socket = createSocket();
  const decided: number[] = [];
  sniff(socket as unknown as Socket, LONG_MS, (heard) => decided.push(heard));
  for (const packet of packets) {
    socket.push(packet);
    await settle();
  }
  socket.push(null);
  expect(decided).toEqual([version]);
  expect((await buffer(socket)).toString()).toBe(packets.join(""));
});

it.each([
  ["nothing", []],
  ["too little", ["PR"]],
])("destroys a socket that ends after %s", async (_, packets) => {
  const socket = createSocket();
  const decided: number[] = [];
  sniff(socket as unknown as Socket, LONG_MS, (heard) => decided.push(heard));
  for (const packet of packets) socket.push(packet);
  socket.push(null);
  await settle();
  expect(socket.destroyed).toBe(true);
  expect(decided).toEqual([]);
});
