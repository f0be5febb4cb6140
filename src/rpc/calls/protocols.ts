import type { IncomingHttpHeaders } from "node:http";
import type { JsonWriteOptions } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import { encodeEnvelope, mergeNonProtocolHeaders } from "@connectrpc/connect/protocol";
import {
  codeToHttpStatus,
  createEndStreamSerialization,
  endStreamFlag,
  errorToJsonBytes,
  parseTimeout as parseConnectTimeout,
} from "@connectrpc/connect/protocol-connect";
import { parseTimeout as parseGrpcTimeout, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";

/** The end of a call as its protocol says it. */
export interface CallEnd {
  /** Where nothing has been sent yet, and the status is not 200 or the type not the protocol's own. */
  readonly head?: { readonly status: number; readonly contentType: string };
  readonly headers?: Headers;
  readonly bytes?: Uint8Array;
  readonly trailers?: Headers;
}

/** One protocol in one encoding. */
export interface Protocol {
  readonly name: "connect" | "grpc" | "grpc-web";
  /** Of the answer. */
  readonly contentType: string;
  readonly binary: boolean;
  /** Whether flags and a length precede each message. */
  readonly enveloped: boolean;
  /** The flag of an envelope that is no message: the end of a stream. */
  readonly endFlag: number | undefined;
  /** Names the compression of the request. */
  readonly encodingHeader: string;
  readonly acceptEncodingHeader: string;
  timeout(headers: IncomingHttpHeaders): { readonly timeoutMs?: number; readonly error?: ConnectError | undefined };
  end(trailer: Headers | undefined, error: ConnectError | undefined): CallEnd;
}

/** By the content type of the request, in lower case and without spaces and quotes. */
export type Protocols = ReadonlyMap<string, Protocol>;

export function createProtocols(jsonOptions: Partial<JsonWriteOptions>): { unary: Protocols; streaming: Protocols } {
  const both = [
    ...bothEncodings("application/grpc+proto", "application/grpc+json", GRPC, "application/grpc"),
    ...bothEncodings("application/grpc-web+proto", "application/grpc-web+json", GRPC_WEB, "application/grpc-web"),
  ];
  const unary = bothEncodings("application/proto", "application/json", connectUnary(jsonOptions));
  const stream = bothEncodings("application/connect+proto", "application/connect+json", connectStream(jsonOptions));
  return { unary: new Map([...unary, ...both]), streaming: new Map([...stream, ...both]) };
}

type Manner = Omit<Protocol, "contentType" | "binary">;

function bothEncodings(proto: string, json: string, manner: Manner, ...protoAliases: string[]): [string, Protocol][] {
  const jsonNames = [json, `${json};charset=utf-8`, `${json};charset=utf8`];
  return [
    ...[proto, ...protoAliases].map((name): [string, Protocol] => [
      name,
      { ...manner, contentType: proto, binary: true },
    ]),
    ...jsonNames.map((name): [string, Protocol] => [name, { ...manner, contentType: json, binary: false }]),
  ];
}

const CONNECT = {
  name: "connect",
  timeout: (headers) => parseConnectTimeout(single(headers["connect-timeout-ms"]), Number.MAX_SAFE_INTEGER),
} satisfies Partial<Manner>;

function connectUnary(jsonOptions: Partial<JsonWriteOptions>): Manner {
  return {
    ...CONNECT,
    enveloped: false,
    endFlag: undefined,
    encodingHeader: "content-encoding",
    acceptEncodingHeader: "accept-encoding",
    end(trailer, error) {
      const headers = new Headers();
      for (const [name, value] of trailer ?? []) headers.append(`trailer-${name}`, value);
      if (!error) return trailer ? { headers } : {};
      mergeNonProtocolHeaders(headers, error.metadata);
      const head = { status: codeToHttpStatus(error.code), contentType: "application/json" };
      return { head, headers, bytes: errorToJsonBytes(error, jsonOptions) };
    },
  };
}

function connectStream(jsonOptions: Partial<JsonWriteOptions>): Manner {
  const serialization = createEndStreamSerialization(jsonOptions);
  return {
    ...CONNECT,
    enveloped: true,
    endFlag: endStreamFlag,
    encodingHeader: "connect-content-encoding",
    acceptEncodingHeader: "connect-accept-encoding",
    end(trailer, error) {
      const end = { metadata: trailer ?? new Headers(), ...(error && { error }) };
      return { bytes: encodeEnvelope(endStreamFlag, serialization.serialize(end)) };
    },
  };
}

const GRPC: Manner = {
  name: "grpc",
  enveloped: true,
  endFlag: undefined,
  encodingHeader: "grpc-encoding",
  acceptEncodingHeader: "grpc-accept-encoding",
  timeout: (headers) => parseGrpcTimeout(single(headers["grpc-timeout"]), Number.MAX_SAFE_INTEGER),
  end: (trailer, error) => ({ trailers: setTrailerStatus(trailer ?? new Headers(), error) }),
};

const GRPC_WEB: Manner = {
  ...GRPC,
  name: "grpc-web",
  endFlag: trailerFlag,
  end: (trailer, error) => ({
    bytes: encodeEnvelope(trailerFlag, trailerSerialize(setTrailerStatus(trailer ?? new Headers(), error))),
  }),
};

function single(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
