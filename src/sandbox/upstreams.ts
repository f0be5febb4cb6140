import type { UpstreamDefinition } from "./definition.ts";
import { handler_api } from "./handler_api/upstream.ts";
import { papsms } from "./papsms/upstream.ts";
import { ping } from "./ping/upstream.ts";
import { pvapins } from "./pvapins/upstream.ts";
import { smsverificationservice } from "./smsverificationservice/upstream.ts";
import { smsverifyo } from "./smsverifyo/upstream.ts";

/** Every upstream that the sandbox speaks for, by its name in the options, the control and the books. */
export const UPSTREAMS = {
  ping,
  smsverificationservice,
  smsverifyo,
  papsms,
  pvapins,
  handler_api,
} satisfies Readonly<Record<string, UpstreamDefinition>>;

export type UpstreamId = keyof typeof UPSTREAMS;

/** Each upstream's own options, under its name. */
export type UpstreamsOptions = {
  readonly [Id in UpstreamId]?: Parameters<(typeof UPSTREAMS)[Id]["open"]>[0]["options"];
};

export const UPSTREAM_IDS = Object.keys(UPSTREAMS) as UpstreamId[];

/** Makes one thing for each upstream. */
export function forEachUpstream<T>(make: (id: UpstreamId) => T): Record<UpstreamId, T> {
  return Object.fromEntries(UPSTREAM_IDS.map((id) => [id, make(id)])) as Record<UpstreamId, T>;
}
