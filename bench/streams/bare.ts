// The yardstick: connect-node as its documentation shows it, holding streams and nothing else.

import { createServer } from "node:http2";
import { create } from "@bufbuild/protobuf";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import {
  VerificationSchema,
  VerificationService,
  WatchVerificationResponseSchema,
} from "../../gen/numgate/v1/verification_pb.ts";

const watchers = new Set<() => void>();
let code = "111111";

const adapter = connectNodeAdapter({
  routes(router) {
    router.service(VerificationService, {
      getVerification: () => ({}),
      async *watchVerification({ verificationId }, { signal }) {
        let wake = () => {};
        const changed = () => wake();
        watchers.add(changed);
        signal.addEventListener("abort", changed, { once: true });
        try {
          while (!signal.aborted) {
            const verification = create(VerificationSchema, { verificationId, phoneNumber: "+12025550100", code });
            yield create(WatchVerificationResponseSchema, { verification });
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        } finally {
          watchers.delete(changed);
        }
      },
    });
  },
});

// As many streams and as much memory for a connection as the gateway allows it.
const settings = { maxConcurrentStreams: 2000, initialWindowSize: 1024 * 1024 };
const server = createServer({ settings, maxSessionMemory: 64 }, adapter).listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address && typeof address === "object") process.send?.({ url: `http://127.0.0.1:${address.port}` });
});

process.on("message", (message) => {
  if (message !== "change") return;
  code = "222222";
  for (const wake of watchers) wake();
});
