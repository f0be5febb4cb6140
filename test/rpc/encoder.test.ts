import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { GetVerificationResponseSchema, VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import { createCodec } from "../../src/rpc/calls/codec.ts";

const { serialize, frame } = createCodec(VerificationService.method.getVerification, {
  readMaxBytes: 1024,
  jsonOptions: {},
});
const answerOf = (code: string) => create(GetVerificationResponseSchema, { verification: { code } });

describe.each([
  ["by itself", serialize],
  ["in an envelope", frame],
])("an answer %s", (_, encode) => {
  it.each([true, false])("is encoded once when it is frozen (in binary: %s)", (binary) => {
    const answer = Object.freeze(answerOf("0042"));
    const bytes = encode(answer, binary);
    expect(encode(answer, binary)).toBe(bytes);
    expect(bytes).toEqual(encode(answerOf("0042"), binary));
    expect(encode(answer, !binary)).not.toEqual(bytes);
  });

  it.each([true, false])("is encoded as it is now when it is not (in binary: %s)", (binary) => {
    const answer = answerOf("0042");
    const bytes = encode(answer, binary);
    Object.assign(answer.verification ?? {}, { code: "1234" });
    expect(encode(answer, binary)).not.toEqual(bytes);
  });
});
