// A client in a process of its own, so that it can be stopped as a whole: opens streams, says so, and reads them.
// Arguments: the port, and how many streams.

import { connect } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { WatchVerificationRequestSchema } from "../../gen/numgate/v1/verification_pb.ts";

const [port = "", count = ""] = process.argv.slice(2);
const message = toBinary(
  WatchVerificationRequestSchema,
  create(WatchVerificationRequestSchema, { verificationId: "v1" }),
);
const body = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
const session = connect(`http://127.0.0.1:${port}`);

async function open(): Promise<void> {
  const stream = session.request({
    ":method": "POST",
    ":path": "/numgate.v1.VerificationService/WatchVerification",
    "content-type": "application/grpc",
  });
  stream.end(body);
  await new Promise((resolve) => stream.once("data", resolve));
  stream.resume();
}

await Promise.all(Array.from({ length: Number(count) }, open));
process.stdout.write("opened\n");
