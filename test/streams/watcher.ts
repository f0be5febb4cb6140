// A client in a process of its own, so that it can be stopped as a whole: opens streams, says so, and reads them.
// Arguments: the port, how many streams, and the version of HTTP. Over HTTP/1.1 each has a connection of its own.

import { request } from "node:http";
import { connect } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { WatchVerificationRequestSchema } from "../../gen/numgate/v1/verification_pb.ts";

const PATH = "/numgate.v1.VerificationService/WatchVerification";
const [port = "", count = "", version = ""] = process.argv.slice(2);
const message = toBinary(
  WatchVerificationRequestSchema,
  create(WatchVerificationRequestSchema, { verificationId: "v1" }),
);
const body = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);

function createHttp2(): () => Promise<void> {
  const session = connect(`http://127.0.0.1:${port}`);
  return async () => {
    const stream = session.request({ ":method": "POST", ":path": PATH, "content-type": "application/grpc" });
    stream.end(body);
    await new Promise((resolve) => stream.once("data", resolve));
    stream.resume();
  };
}

function openHttp1(): Promise<void> {
  const headers = { "content-type": "application/connect+proto" };
  return new Promise((resolve) => {
    const call = request({ port, method: "POST", path: PATH, headers, agent: false }, (answer) => {
      answer.on("data", () => resolve());
    });
    call.end(body);
  });
}

const open = version === "1.1" ? openHttp1 : createHttp2();
await Promise.all(Array.from({ length: Number(count) }, open));
process.stdout.write("opened\n");
