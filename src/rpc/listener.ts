import { createServer as createHttp1Server, ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  createSecureServer,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
} from "node:http2";
import type { Server, Socket } from "node:net";
import type { HttpHandler } from "./http.ts";
import { formatListenAddress, type ListenAddress, listenOn } from "./listen-address.ts";
import { createTurns } from "./pipelining.ts";
import { type PingTimes, pingSession } from "./session-pings.ts";
import { sniff } from "./sniff.ts";

export interface Tls {
  /** PEM. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** When present, a client must show a certificate signed by it. */
  readonly clientCa?: string | Buffer;
}

export interface ConnectionLimits extends PingTimes {
  /** For a connection that says nothing. */
  readonly silentMs: number;
  /** For the headers of an HTTP/1.1 request. */
  readonly headersMs: number;
  /** For an idle HTTP/1.1 connection: longer than proxies keep theirs, or they send requests into closed ones. */
  readonly keepAliveMs: number;
}

const DEFAULT_LIMITS: ConnectionLimits = {
  silentMs: 10_000,
  headersMs: 10_000,
  keepAliveMs: 75_000,
  pingEveryMs: 20_000,
  pingAnswerMs: 10_000,
};

export interface Listener {
  /** Starts to listen. Gives the address as it was bound. */
  listen(): Promise<string>;
  /** Takes no more connections, lets what runs on the open ones finish, and resolves when the last is gone. */
  close(): Promise<void>;
  /** Cuts every connection. */
  destroy(): void;
  /** For connections made from now on. Whether clients must show a certificate stays as it was. */
  setTls(tls: Tls): void;
  readonly sessionCount: number;
}

/**
 * Serves HTTP/1.1 and HTTP/2 at one address: in clear text told apart by their first bytes, over TLS by ALPN. A Unix
 * socket is always in clear text: its file's mode guards it.
 */
export function createListener(
  address: ListenAddress,
  handler: HttpHandler,
  options: { readonly tls?: Tls | undefined; readonly limits?: Partial<ConnectionLimits> | undefined } = {},
): Listener {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const sockets = new Set<Socket>();
  const undecided = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  let closed: Promise<void> | undefined;
  let cut = false;

  const inTurn = createTurns(handler);
  const handle: HttpHandler = (request, response) => {
    if (response instanceof ServerResponse) {
      // Node keeps an HTTP/1.1 connection that was busy when its server closed.
      response.once("close", () => closed && request.socket.destroySoon());
      inTurn(request, response);
    } else {
      handler(request, response);
    }
  };

  const secure = options.tls && !("path" in address) ? createTlsServer(options.tls, limits, handle) : undefined;
  const server: Server = secure ?? createPlainServer();
  if (secure) onSession(secure, "secureConnection", keepSession);
  server.on("connection", (socket: Socket) => {
    if (cut) socket.destroy();
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });

  // The HTTP/1.1 server is the one that listens, or it does not enforce its timeouts.
  function createPlainServer(): Server {
    const http1 = createHttp1Server({ ...TCP_KEEP_ALIVE, ...http1Options(limits) }, handle);
    const http2 = createHttp2Server(HTTP2_OPTIONS, handle);
    onSession(http2, "connection", keepSession);
    const serveHttp1 = http1.listeners("connection");
    http1.removeAllListeners("connection").on("connection", (socket: Socket) => {
      undecided.add(socket);
      socket.once("close", () => undecided.delete(socket));
      sniff(socket, limits.silentMs, (version) => {
        undecided.delete(socket);
        if (version === 1) {
          for (const serve of serveHttp1) serve.call(http1, socket);
          return;
        }
        // Or a client that goes away leaves its session behind: only HTTP/1.1 wants half-open sockets.
        socket.allowHalfOpen = false;
        http2.emit("connection", socket);
      });
    });
    return http1;
  }

  function keepSession(session: ServerHttp2Session, socket: Socket): void {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    session.setLocalWindowSize(WINDOW_BYTES);
    pingSession(session, socket, limits);
    if (closed) session.close();
  }

  return {
    listen: async () => formatListenAddress(await listenOn(server, address)),
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of undecided) socket.destroy();
        for (const session of sessions) session.close();
      });
      return closed;
    },
    destroy() {
      cut = true;
      // Told first, which takes a turn: connect-node's client may wait for ever on a connection that closes without a word.
      for (const session of sessions) session.destroy();
      setImmediate(() => {
        for (const socket of sockets) socket.destroy();
      });
    },
    setTls: (tls) => secure?.setSecureContext(secureContext(tls)),
    get sessionCount() {
      return sessions.size;
    },
  };
}

const WINDOW_BYTES = 1024 * 1024;
/**
 * For streams over HTTP/1.1, which has no PING: nothing can be sent on one that its client would not take for a message,
 * and a message that nobody acknowledges puts the system's own probes off for a quarter of an hour. So these find out who
 * has vanished: Linux sends ten, a second apart, after this time without a word.
 */
const TCP_KEEP_ALIVE = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 20_000 };

/**
 * More than one caller may have open, so that no client ever waits at it. Node counts a stream until JavaScript has let go
 * of it: a client at the bound that opens one as soon as another ends gets ENHANCE_YOUR_CALM, and at the hundredth time
 * loses its connection.
 */
const MAX_STREAMS = 60_000;

const HTTP2_OPTIONS = {
  settings: { maxConcurrentStreams: MAX_STREAMS, initialWindowSize: WINDOW_BYTES },
  // In MB. A stream counts for 1 KB, and what is beyond is refused as what is beyond the bound.
  maxSessionMemory: 128,
  // A stream that a client leaves is a stream reset. At the default of 1,000, then 33 a second, a client that leaves all
  // of its streams is taken for an attacker and loses its connection, with whatever else runs on it.
  streamResetBurst: MAX_STREAMS,
  streamResetRate: 5_000,
};

function http1Options(limits: ConnectionLimits) {
  return {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.headersMs * 3,
    keepAliveTimeout: limits.keepAliveMs,
    // How often the first two are looked at: 30 s by default.
    connectionsCheckingInterval: Math.max(Math.floor(limits.headersMs / 5), 50),
  };
}

function createTlsServer(tls: Tls, limits: ConnectionLimits, handler: HttpHandler): Http2SecureServer {
  return createSecureServer(
    {
      ...TCP_KEEP_ALIVE,
      ...HTTP2_OPTIONS,
      ...http1Options(limits),
      ...secureContext(tls),
      allowHTTP1: true,
      handshakeTimeout: limits.silentMs,
      requestCert: tls.clientCa !== undefined,
      rejectUnauthorized: tls.clientCa !== undefined,
    },
    handler,
  );
}

function secureContext(tls: Tls) {
  return { cert: tls.cert, key: tls.key, ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa }) };
}

/** Both servers announce a session while they handle the event of its socket, which the session then hides. */
function onSession(
  server: Http2Server | Http2SecureServer,
  socketEvent: "connection" | "secureConnection",
  listener: (session: ServerHttp2Session, socket: Socket) => void,
): void {
  let socket: Socket;
  server.prependListener(socketEvent, (latest: Socket) => {
    socket = latest;
  });
  server.on("session", (session) => listener(session, socket));
}
