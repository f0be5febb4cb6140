import { existsSync } from "node:fs";
import { lstat, unlink } from "node:fs/promises";
import { connect, type Server } from "node:net";
import { dirname, resolve } from "node:path";

export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

/** Reads `host:port`, `[::1]:port` or `unix:/path`. Port 0 lets the system choose. */
export function parseListenAddress(text: string): ListenAddress {
  const socket = /^unix:(.+)$/.exec(text)?.[1];
  if (socket) return { path: resolve(socket) };
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]/]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (!host || port > 65_535) {
    throw new Error(`cannot listen on "${text}": write host:port, [v6 address]:port or unix:/path`);
  }
  return { host, port };
}

export function formatListenAddress(address: ListenAddress): string {
  if ("path" in address) return `unix:${address.path}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Listens, and says on what: the port that the system chose in place of 0. Throws an error that an operator understands. */
export async function listenOn(server: Server, address: ListenAddress): Promise<ListenAddress> {
  if ("path" in address) await prepareSocket(address.path);
  await new Promise<void>((resolve, reject) => {
    // Stays: afterwards it takes the errors of single connections that could not be accepted.
    server.on("error", (cause: NodeJS.ErrnoException) => {
      const why = cause.code === "EADDRINUSE" ? "it is in use" : cause.message;
      reject(new Error(`cannot listen on ${formatListenAddress(address)}: ${why}`, { cause }));
    });
    server.once("listening", resolve);
    if ("path" in address) bindPrivately(server, address.path);
    else server.listen(address.port, address.host);
  });
  const bound = server.address();
  return "path" in address || bound === null || typeof bound === "string" ? address : { ...address, port: bound.port };
}

/** Only the owner may connect. The mask belongs to the process, and listen() binds before it returns. */
function bindPrivately(server: Server, path: string): void {
  const mask = process.umask(0o077);
  try {
    server.listen(path);
  } finally {
    process.umask(mask);
  }
}

/** A daemon that was killed leaves its socket behind. It is taken away only when nobody answers on it. */
async function prepareSocket(path: string): Promise<void> {
  // The system would say that permission was denied.
  if (!existsSync(dirname(path))) throw new Error(`cannot listen on unix:${path}: its folder does not exist`);
  const found = await lstat(path).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket()) throw new Error(`cannot listen on unix:${path}: there is a file that is not a socket`);
  if (await answers(path)) throw new Error(`cannot listen on unix:${path}: it is in use`);
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    // Anything but a refusal (no permission, a full backlog) may be somebody alive.
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });
}
