import { expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { TRANSITIONS, type VerificationStatus } from "../../src/core/verification.ts";
import { aMessage, bug, buying, created, minutesLater, NOON, received, refusal, usd, waiting } from "./samples.ts";

export function lifeClaims(store: () => Store): void {
  /** Makes a verification of each status. */
  const made: Record<VerificationStatus, () => Promise<string>> = {
    PENDING: async () => (await created(store())).verificationId,
    WAITING: () => waiting(store()),
    RECEIVED: () => received(store()),
    COMPLETED: async () => ended("COMPLETED", await received(store())),
    CANCELLED: async () => ended("CANCELLED", await waiting(store())),
    EXPIRED: async () => ended("EXPIRED", await waiting(store())),
    FAILED: async () => {
      const { verificationId } = await created(store());
      return (await store().recordFailure(verificationId, NOON)).verificationId;
    },
  };
  async function ended(status: "COMPLETED" | "CANCELLED" | "EXPIRED", id: string): Promise<string> {
    return (await store().recordEnd(id, status, undefined, NOON)).verificationId;
  }

  /** The command that leads into each status that can be tried from anywhere. */
  const into: Partial<Record<VerificationStatus, (id: string) => Promise<unknown>>> = {
    COMPLETED: (id) => store().recordEnd(id, "COMPLETED", undefined, NOON),
    CANCELLED: (id) => store().recordEnd(id, "CANCELLED", usd("0.10"), NOON),
    EXPIRED: (id) => store().recordEnd(id, "EXPIRED", undefined, NOON),
    FAILED: (id) => store().recordFailure(id, NOON),
  };
  const moves = Object.entries(TRANSITIONS).flatMap(([from, to]) =>
    Object.keys(into).map((end) => {
      const isFirstCode = from === "WAITING" && end === "COMPLETED";
      return [from, end, to.includes(end as VerificationStatus) && !isFirstCode] as const;
    }),
  ) as [VerificationStatus, VerificationStatus, boolean][];

  function refused(from: VerificationStatus, end: VerificationStatus) {
    if (from === "RECEIVED") return refusal("ALREADY_RECEIVED");
    if (from === "WAITING" && end === "COMPLETED") return refusal("NOT_SUPPORTED");
    return TRANSITIONS[from].length === 0 ? refusal("ALREADY_ENDED") : bug(new RegExp(`is ${from}`));
  }

  it.for(moves)("lets a %s verification become %s: %s", async ([from, end, allowed]) => {
    const id = await made[from]();
    const before = await store().getVerification("ci", id);
    const change = into[end]?.(id);
    if (allowed) {
      await expect(change).resolves.toMatchObject({ status: end, endTime: NOON, version: before.version + 1 });
      return;
    }
    await expect(change).rejects.toMatchObject(refused(from, end));
    expect(await store().getVerification("ci", id)).toStrictEqual(before);
  });

  it("completes a verification that waits for another code", async () => {
    const id = await received(store());
    await store().recordAnother(id, minutesLater(4));
    const completed = await store().recordEnd(id, "COMPLETED", undefined, minutesLater(5));
    expect(completed).toMatchObject({ status: "COMPLETED", messages: [{}], endTime: minutesLater(5) });
    expect(completed).not.toHaveProperty("code");
  });

  it("waits again for another code, and receives it beside the first", async () => {
    const id = await received(store());
    const waits = await store().recordAnother(id, minutesLater(4));
    expect(waits).toMatchObject({ status: "WAITING", messages: [{}] });
    expect(waits).not.toHaveProperty("code");
    const { messages } = waits;
    expect(await store().recordMessages(id, messages, minutesLater(4))).toMatchObject({ added: false });
    const next = aMessage({ messageId: "second", code: "654321", receiveTime: minutesLater(5) });
    const { verification } = await store().recordMessages(id, [next], minutesLater(5));
    expect(verification).toMatchObject({ status: "RECEIVED", code: "654321", messages: [{}, {}] });
  });

  it("waits on when it is to wait again", async () => {
    const id = await received(store());
    const waits = await store().recordAnother(id, minutesLater(4));
    expect(await store().recordAnother(id, minutesLater(4))).toStrictEqual(waits);
    await store().recordEnd(id, "EXPIRED", undefined, NOON);
    await expect(store().recordAnother(id, minutesLater(4))).rejects.toMatchObject(refusal("ALREADY_ENDED"));
  });

  it("is not given back the code before when a text without one follows", async () => {
    const id = await received(store());
    await store().recordAnother(id, minutesLater(4));
    const { code: _, ...greeting } = aMessage({ messageId: "m2", text: "Welcome!" });
    const { verification } = await store().recordMessages(id, [greeting], minutesLater(6));
    expect(verification.status).toBe("RECEIVED");
    expect(verification).not.toHaveProperty("code");
  });

  it("receives a code, and says when", async () => {
    const id = await waiting(store());
    const message = aMessage({ sender: "WhatsApp" });
    const answer = await store().recordMessages(id, [message], minutesLater(3));
    expect(answer).toMatchObject({
      added: true,
      verification: { status: "RECEIVED", code: "123456", codeTime: minutesLater(3), version: 4 },
    });
    expect(answer.verification.messages).toStrictEqual([message]);
  });

  it("adds nothing, and changes nothing, when all messages were known", async () => {
    const id = await received(store());
    const before = await store().getVerification("ci", id);
    const again = await store().recordMessages(id, [aMessage({ text: "changed" })], minutesLater(9));
    expect(again).toStrictEqual({ added: false, verification: before });
    expect(await store().recordMessages(id, [], minutesLater(9))).toStrictEqual({ added: false, verification: before });
  });

  it("adds a message once when a poll and a callback bring it at the same time", async () => {
    const id = await waiting(store());
    const answers = await Promise.all([1, 2, 3].map(() => store().recordMessages(id, [aMessage()], NOON)));
    expect(answers.map((answer) => answer.added)).toEqual([true, false, false]);
    expect(answers[2]?.verification.messages).toHaveLength(1);
  });

  it("goes by the order in which messages came, whatever time the upstream gives them", async () => {
    const id = await received(store());
    const future = aMessage({ messageId: "m2", code: "222222", receiveTime: new Date("2099-01-01T00:00:00Z") });
    await store().recordMessages(id, [future], minutesLater(6));
    const past = aMessage({ messageId: "m3", code: "333333", receiveTime: minutesLater(-60) });
    const last = aMessage({ messageId: "m4", code: "444444", receiveTime: minutesLater(-90) });
    const { verification } = await store().recordMessages(id, [future, past, last], minutesLater(7));
    expect(verification.messages.map((message) => message.messageId)).toEqual(["m1", "m2", "m3", "m4"]);
    expect(verification).toMatchObject({ code: "444444", codeTime: minutesLater(7) });
  });

  it("does not lose a code to a newer message without one", async () => {
    const id = await received(store());
    const { code: _, ...greeting } = aMessage({ messageId: "m2", text: "Welcome!", receiveTime: minutesLater(5) });
    const { verification } = await store().recordMessages(id, [greeting], minutesLater(6));
    expect(verification).toMatchObject({ code: "123456", codeTime: minutesLater(3) });
    expect(verification.messages).toHaveLength(2);
  });

  it("is RECEIVED without a code when nobody could read one", async () => {
    const id = await waiting(store());
    const { code: _, ...unread } = aMessage({ text: "" });
    const { verification } = await store().recordMessages(id, [unread], NOON);
    expect(verification.status).toBe("RECEIVED");
    expect(verification).not.toHaveProperty("code");
    expect(verification).not.toHaveProperty("codeTime");
  });

  it("keeps a text as it came", async () => {
    const id = await waiting(store());
    const text = "código: 1\u00002\n\t'; drop table messages; -- \u{1F511} \u202E";
    const { verification } = await store().recordMessages(id, [aMessage({ text })], NOON);
    expect(verification.messages[0]?.text).toBe(text);
  });

  it.for(["COMPLETED", "CANCELLED", "EXPIRED"] as const)("keeps what comes late, and stays %s", async (status) => {
    const id = await made[status]();
    const before = await store().getVerification("ci", id);
    const late = aMessage({ messageId: "late", code: "654321" });
    const { verification, added } = await store().recordMessages(id, [late], minutesLater(9));
    expect(added).toBe(true);
    const taken = before.code === undefined ? { code: "654321", codeTime: minutesLater(9) } : {};
    const messages = [...before.messages, { ...late, late: true }];
    expect(verification).toStrictEqual({ ...before, ...taken, messages, version: before.version + 1 });
    expect(await store().getVerification("ci", id)).toStrictEqual(verification);

    const again = await store().recordMessages(id, [late, ...before.messages], minutesLater(10));
    expect(again).toStrictEqual({ added: false, verification });
  });

  it("takes no messages for what has failed, and none for what is not bought", async () => {
    for (const messages of [[aMessage()], []]) {
      const failed = store().recordMessages(await made.FAILED(), messages, NOON);
      await expect(failed).rejects.toMatchObject(refusal("ALREADY_ENDED"));
      const early = store().recordMessages(await buying(store()), messages, NOON);
      await expect(early).rejects.toMatchObject(bug(/is PENDING/));
    }
  });

  it("ends a verification once when two want to", async () => {
    const id = await waiting(store());
    const ends = (["CANCELLED", "EXPIRED"] as const).map((to) => store().recordEnd(id, to, undefined, NOON));
    const answers = await Promise.allSettled(ends);
    expect(answers.map((answer) => answer.status)).toEqual(["fulfilled", "rejected"]);
    expect((await store().getVerification("ci", id)).status).toBe("CANCELLED");
  });

  it("finds a verification for its caller only", async () => {
    const id = await waiting(store());
    expect((await store().getVerification("ci", id)).verificationId).toBe(id);
    await expect(store().getVerification("qa", id)).rejects.toMatchObject(refusal("NOT_FOUND"));
    await expect(store().getVerification("ci", "nope")).rejects.toMatchObject(refusal("NOT_FOUND"));
    await expect(store().recordEnd("nope", "EXPIRED", undefined, NOON)).rejects.toMatchObject(refusal("NOT_FOUND"));
  });
}
