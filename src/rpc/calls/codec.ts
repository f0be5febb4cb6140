import { isUtf8 } from "node:buffer";
import type { DescMessage, DescMethod, JsonReadOptions, JsonWriteOptions, MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { createMethodSerializationLookup, encodeEnvelope } from "@connectrpc/connect/protocol";
import { createEncoder, type Encoder } from "./encoder.ts";

export interface CodecOptions {
  readonly readMaxBytes: number;
  readonly jsonOptions: Partial<JsonReadOptions & JsonWriteOptions>;
}

/** A method's messages in binary and in JSON. */
export interface Codec {
  readonly readMaxBytes: number;
  parse(bytes: Uint8Array, binary: boolean): MessageShape<DescMessage>;
  readonly serialize: Encoder<DescMessage>;
  /** In an envelope. */
  readonly frame: Encoder<DescMessage>;
}

export function createCodec(method: DescMethod, { readMaxBytes, jsonOptions }: CodecOptions): Codec {
  const limits = { readMaxBytes, writeMaxBytes: 2 ** 32 - 1 };
  const lookup = createMethodSerializationLookup(method, undefined, jsonOptions, limits);
  const serialize = (message: MessageShape<DescMessage>, binary: boolean) => lookup.getO(binary).serialize(message);
  return {
    readMaxBytes,
    parse(bytes, binary) {
      // Read as JSON it would get replacement characters, and in binary it is refused.
      if (!binary && !isUtf8(bytes)) throw new ConnectError("the request is not in UTF-8", Code.InvalidArgument);
      return lookup.getI(binary).parse(bytes);
    },
    serialize: createEncoder(method.output, serialize),
    frame: createEncoder(method.output, (message, binary) => encodeEnvelope(0, serialize(message, binary))),
  };
}
