import { expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import type { Verification } from "../../src/core/verification.ts";
import {
  aMessage,
  aWish,
  callerNamed,
  created,
  minutesLater,
  NOON,
  refusal,
  uncertain,
  usd,
  waiting,
} from "./samples.ts";

const MAX = 3;
const CALLER = callerNamed("ci", { maxWithoutCode: MAX });

export function guardClaims(store: () => Store): void {
  async function buyInVain(minute = 0, status: "CANCELLED" | "EXPIRED" = "EXPIRED"): Promise<string> {
    const id = await waiting(store(), { caller: CALLER, time: minutesLater(minute) });
    await store().recordEnd(id, status, undefined, minutesLater(minute));
    return id;
  }
  async function buyInVainOften(): Promise<string[]> {
    return [await buyInVain(0), await buyInVain(1, "CANCELLED"), await buyInVain(2)];
  }
  const wish = async (minute: number, caller = CALLER): Promise<Verification> =>
    (await store().createVerification(aWish({ caller, time: minutesLater(minute) }))).verification;

  it("stops a caller whose last purchases all ended without a code, for an hour", async () => {
    await buyInVainOften();
    await expect(wish(12)).rejects.toMatchObject({
      ...refusal("BUDGET_EXCEEDED"),
      metadata: { guard: "without_code", ended: "3", max_without_code: "3" },
      retryAfterMs: 50 * 60_000,
    });
    expect(await store().openVerifications()).toEqual([]);
  });

  it("stops nobody before", async () => {
    await buyInVain();
    await buyInVain();
    expect((await wish(1)).status).toBe("PENDING");
  });

  it("still answers with the verification of a request id", async () => {
    const first = aWish({ caller: CALLER });
    await store().createVerification(first);
    await buyInVainOften();
    expect(await store().createVerification({ ...first, verificationId: "x" })).toMatchObject({ created: false });
  });

  it("lets one try after the hour, and another an hour after that", async () => {
    await buyInVainOften();
    const answers = await Promise.allSettled([wish(62), wish(62), wish(62)]);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(answers[1]).toMatchObject({ reason: { metadata: { ended: "3" }, retryAfterMs: 60 * 60_000 } });
    await expect(wish(121)).rejects.toMatchObject(refusal("BUDGET_EXCEEDED"));
    await wish(122);
    await expect(wish(122)).rejects.toMatchObject(refusal("BUDGET_EXCEEDED"));
  });

  it("lets another try when the first bought nothing", async () => {
    await buyInVainOften();
    const { verificationId } = await wish(62);
    await store().recordFailure(verificationId, minutesLater(63));
    await wish(63);
  });

  it("begins the hour anew when the try ends without a code", async () => {
    await buyInVainOften();
    await buyInVain(62);
    await expect(wish(121)).rejects.toMatchObject({ metadata: { ended: "4" }, retryAfterMs: 60_000 });
    await wish(122);
  });

  it.for(["in time", "late"])("lets all go on after a message that comes %s", async (when) => {
    const [first = ""] = await buyInVainOften();
    const id = when === "late" ? first : await waiting(store(), { caller: CALLER, time: minutesLater(62) });
    const { code: _, ...message } = aMessage();
    await store().recordMessages(id, [message], minutesLater(63));
    await Promise.all([wish(63), wish(63)]);
    await buyInVain(64);
    await wish(64);
  });

  it("counts no number that got a message, and nothing that was not bought", async () => {
    for (const minute of [0, 1, 2]) {
      const id = await waiting(store(), { caller: CALLER });
      await store().recordMessages(id, [aMessage()], NOON);
      await store().recordAnother(id, NOON);
      await store().recordEnd(id, "EXPIRED", undefined, minutesLater(minute));
      await store().recordFailure((await wish(minute)).verificationId, NOON);
      await store().recordLoss(await uncertain(store(), { caller: CALLER }), usd("0.45"), NOON);
    }
    await wish(3);
  });

  it("counts each caller for itself, and binds only those it is to bind", async () => {
    await buyInVainOften();
    await wish(3, callerNamed("qa", { maxWithoutCode: 1 }));
    await wish(3, callerNamed("ci"));
    await wish(3, callerNamed("ci", { maxWithoutCode: 4 }));
    await expect(created(store(), { caller: callerNamed("ci", { maxWithoutCode: 2 }) })).rejects.toThrow();
  });
}
