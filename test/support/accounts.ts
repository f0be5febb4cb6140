import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import type { UpstreamId } from "../../src/sandbox/upstreams.ts";

/** These upstreams of the sandbox, each under its provider's name. */
export function upstreamsAt(...ids: readonly UpstreamId[]) {
  return ({ baseUrls }: Sandbox): string => {
    const entries = ids.map((id) => {
      const more = id === "papsms" ? `, prices: { us/whatsapp: "0.80" }` : "";
      return `  - { id: ${id}, provider: ${id}, api_key: sandbox, base_url: "${baseUrls[id]}"${more} }`;
    });
    return `upstreams:\n${entries.join("\n")}`;
  };
}
