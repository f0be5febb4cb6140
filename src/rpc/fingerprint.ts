import { createHash } from "node:crypto";
import { type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";

/** The same for two requests that say the same, in whatever order, apart from their id. */
export function fingerprintOf<Desc extends DescMessage>(schema: Desc, request: MessageShape<Desc>): string {
  const { requestId: _, labels = {}, ...said } = toJson(schema, request) as Record<string, object>;
  const sorted = Object.entries({ ...said, labels: Object.entries(labels).sort() }).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}
