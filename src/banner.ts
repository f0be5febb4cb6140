import type { Daemon } from "./daemon.ts";

/** What a person reads once the daemon has started: where it is, and in the sandbox what to try. */
export function banner(version: string, { addresses, sandbox, config }: Daemon): string {
  const scheme = config.tls ? "https" : "http";
  const urls = addresses.map((address) => (address.startsWith("unix:") ? address : `${scheme}://${address}`));
  const lines = [`numgate ${version} listens on ${urls.join(" and ")}`];
  if (!sandbox) return lines.join("\n");
  const [url = ""] = urls;
  const service = `${url}/numgate.v1.VerificationService`;
  return [
    ...lines,
    `No upstream is configured, so it buys from a sandbox of its own at ${sandbox.url}: no number is real, nothing costs money.`,
    "",
    ...(url.startsWith("http")
      ? [
          "Buy a number for WhatsApp in the US, for at most 0.60:",
          `  npx buf curl -d '{"country_code": "US", "service": "whatsapp", "max_price": {"currency_code": "USD", "nanos": 600000000}}' \\`,
          `    ${service}/CreateVerification`,
          "",
          "Watch its code arrive, under the verification_id that came back:",
          `  npx buf curl -d '{"verification_id": "ver_..."}' ${service}/WatchVerification`,
          "",
          "The same with nothing but HTTP:",
          `  curl -H 'content-type: application/json' -d '{"country_code": "US", "service": "whatsapp"}' \\`,
          `    ${service}/CreateVerification`,
          "",
        ]
      : []),
    "Every call is in proto/numgate/v1, every setting in docs/configuration.md, the sandbox in docs/sandbox.md.",
  ].join("\n");
}
