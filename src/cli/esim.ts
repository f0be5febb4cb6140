import { renderUnicodeCompact } from "uqr";
import { z } from "zod";
import { type Flags, UsageError } from "./flags.ts";

const ADDRESS = "http://127.0.0.1:7070";

const answer = z.object({
  esim: z.object({
    displayName: z.string().default(""),
    status: z.string().default(""),
    activationCode: z.string().default(""),
  }),
});
const failure = z.object({ message: z.string() });

/** What phones scan to install an eSIM begins so (GSMA SGP.22). */
const LPA = /^LPA:1\$/i;

/** Prints an eSIM's activation code for whoever bought it: asked of the API, with the caller's token. */
export async function showEsim(flags: Flags, esimId: string | undefined, ownToken?: string): Promise<number> {
  if (!esimId) throw new UsageError("esim needs the eSIM's id");
  const address = flags.address ?? ADDRESS;
  if (!/^https?:/i.test(address) || !URL.canParse(address)) {
    throw new UsageError(`--address: expected a URL such as http://127.0.0.1:7070, not "${address}"`);
  }
  const { displayName, status, activationCode } = await getEsim(address, esimId, flags.token ?? ownToken);
  process.stdout.write(`${displayName}  ${status.replace("ESIM_STATUS_", "")}\n`);
  if (activationCode === "") return 1;
  process.stdout.write(`${activationCode}\n`);
  if (LPA.test(activationCode)) process.stdout.write(`\n${renderUnicodeCompact(activationCode, { border: 2 })}\n`);
  return 0;
}

async function getEsim(address: string, esimId: string, token: string | undefined) {
  const url = new URL("/numgate.v1.EsimService/GetEsim", address);
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ esimId }),
  }).catch((cause: unknown) => {
    throw new Error(`no gateway answers at ${address}`, { cause });
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok)
    throw new Error(
      failure.safeParse(body).data?.message ?? `${address} answered ${response.status}: is it a numgate?`,
    );
  return answer.parse(body).esim;
}
