// A process that watches: bare HTTP/2 streams that speak gRPC, so that many fit in it, or connect's over HTTP/1.1, a
// connection each. Told by IPC what to do.

import { Agent, request as requestHttp1 } from "node:http";
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { VerificationService, WatchVerificationRequestSchema } from "../../gen/numgate/v1/verification_pb.ts";

const STREAMS_PER_SESSION = 1000;
const OPENING_AT_ONCE = 200;

interface Wanted {
  readonly url: string;
  readonly verificationId: string;
  readonly count: number;
  readonly token?: string | undefined;
  readonly http1?: boolean;
}

export type Command =
  | { readonly open: Wanted }
  /** Opens and leaves so many, some at a time, on one connection. */
  | { readonly churn: Wanted }
  | "expect"
  | "leave"
  | "stop";

const { name, parent } = VerificationService.method.watchVerification;
const PATH = `/${parent.typeName}/${name}`;
const agent = new Agent({ maxSockets: Number.POSITIVE_INFINITY });
const sessions: ClientHttp2Session[] = [];
const streams = new Set<ClientHttp2Stream>();
let heard = 0;
let onHeard = () => {};

function framed(verificationId: string): Buffer {
  const message = toBinary(WatchVerificationRequestSchema, create(WatchVerificationRequestSchema, { verificationId }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

const authorized = (token?: string) => (token === undefined ? {} : { authorization: `Bearer ${token}` });

/** Opens one more over HTTP/1.1, and resolves at its first message. */
function openHttp1({ url, token }: Wanted, body: Buffer): Promise<void> {
  const headers = { "content-type": "application/connect+proto", ...authorized(token) };
  return new Promise((resolve, reject) => {
    const call = requestHttp1(`${url}${PATH}`, { method: "POST", agent, headers }, (response) => {
      response.once("data", () => resolve());
      response.on("error", reject);
    });
    call.on("error", reject).end(body);
  });
}

/** Opens one more, and resolves at its first message. */
function openOne(session: ClientHttp2Session, { token }: Wanted, body: Buffer): Promise<ClientHttp2Stream> {
  const stream = session.request({
    ":method": "POST",
    ":path": PATH,
    "content-type": "application/grpc+proto",
    te: "trailers",
    ...authorized(token),
  });
  stream.end(body);
  streams.add(stream);
  return new Promise((resolve, reject) => {
    stream.once("data", () => {
      stream.on("data", () => {
        heard += 1;
        onHeard();
      });
      resolve(stream);
    });
    stream.once("error", reject);
    stream.once("close", () => {
      streams.delete(stream);
      reject(new Error("a stream ended before its first message"));
    });
  });
}

async function open(wanted: Wanted) {
  const { url, verificationId, count, http1 } = wanted;
  const body = framed(verificationId);
  let begun = 0;
  async function openSome(): Promise<void> {
    while (begun < count) {
      const index = Math.floor(begun / STREAMS_PER_SESSION);
      begun += 1;
      if (http1) {
        await openHttp1(wanted, body);
        continue;
      }
      sessions[index] ??= connect(url, { maxSessionMemory: 256, settings: { initialWindowSize: 65_535 } });
      await openOne(sessions[index], wanted, body);
    }
  }
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, openSome));
}

async function churn(wanted: Wanted) {
  const { url, verificationId, count } = wanted;
  const body = framed(verificationId);
  const session = connect(url);
  let begun = 0;
  async function openAndLeave(): Promise<void> {
    while (begun < count) {
      begun += 1;
      const stream = await openOne(session, wanted, body);
      stream.close(constants.NGHTTP2_CANCEL);
    }
  }
  await Promise.all(Array.from({ length: OPENING_AT_ONCE }, openAndLeave));
  session.destroy();
}

process.on("message", (command: Command) => {
  if (command === "expect") {
    heard = 0;
    onHeard = () => {
      if (heard === streams.size) process.send?.({ heard });
    };
  } else if (command === "leave") {
    for (const session of sessions.splice(0)) session.destroy();
    process.send?.({ left: true });
  } else if (command === "stop") {
    process.exit(0);
  } else if ("churn" in command) {
    churn(command.churn).then(
      () => process.send?.({ churned: true }),
      (error: unknown) => process.send?.({ churned: String(error) }),
    );
  } else {
    open(command.open).then(
      () => process.send?.({ opened: true }),
      (error: unknown) => process.send?.({ opened: String(error) }),
    );
  }
});
