import { expect, it } from "vitest";
import type { Store } from "../../src/core/store.ts";
import {
  anAttempt,
  aPurchase,
  aWish,
  bug,
  buying,
  CI,
  callerNamed,
  created,
  minutesLater,
  NOON,
  REQUEST,
  refusal,
  usd,
  waiting,
} from "./samples.ts";

export function purchaseClaims(store: () => Store): void {
  it("records a wish as PENDING, with all that was asked", async () => {
    const request = {
      ...REQUEST,
      maxPrice: { currency: "USD", micros: 2n ** 53n + 1n },
      minSuccessRate: 0.7,
      upstreams: ["acme", "zeta"],
      areaCode: "20",
      labels: JSON.parse('{"env": "ci", "__proto__": "x", "": "empty"}'),
    };
    const wish = aWish({ request });
    expect(await store().createVerification(wish)).toStrictEqual({
      created: true,
      verification: {
        verificationId: wish.verificationId,
        version: 1,
        caller: "ci",
        requestId: wish.requestId,
        request,
        country: "GB",
        service: "whatsapp",
        status: "PENDING",
        createTime: NOON,
        messages: [],
        attempts: [],
      },
    });
  });

  it("answers a repeated request id with the verification as it is now", async () => {
    const wish = aWish({ request: { ...REQUEST, maxPrice: usd("1"), labels: { a: "1", b: "2" } } });
    await store().createVerification(wish);
    await store().beginAttempt(wish.verificationId, CI, anAttempt());

    const again = await store().createVerification({ ...wish, verificationId: "another" });
    expect(again.created).toBe(false);
    expect(again.verification).toStrictEqual(await store().getVerification("ci", wish.verificationId));
    expect(again.verification.attempts).toHaveLength(1);
  });

  it("refuses a request id that was used for another request", async () => {
    const wish = aWish();
    await store().createVerification(wish);
    const other = { ...wish, verificationId: "another", fingerprint: "sent otherwise" };
    await expect(store().createVerification(other)).rejects.toMatchObject(refusal("REQUEST_ID_REUSED"));
  });

  it("knows a request by how it was sent, also when it is read otherwise since", async () => {
    const wish = aWish();
    const { verification } = await store().createVerification(wish);
    const request = { ...REQUEST, service: "", strategy: "FASTEST" as const };
    const again = await store().createVerification({ ...wish, verificationId: "another", request });
    expect(again).toStrictEqual({ created: false, verification });
  });

  it("finds a verification by its caller's request id, if it was for that request", async () => {
    const wish = aWish();
    const { requestId, fingerprint, verificationId } = wish;
    expect(await store().findRequest("ci", requestId, fingerprint)).toBeUndefined();
    await store().createVerification(wish);
    const held = await store().beginAttempt(verificationId, CI, anAttempt());
    expect(await store().findRequest("ci", requestId, fingerprint)).toStrictEqual(held);
    expect(await store().findRequest("qa", requestId, fingerprint)).toBeUndefined();
    const other = store().findRequest("ci", requestId, "sent otherwise");
    await expect(other).rejects.toMatchObject(refusal("REQUEST_ID_REUSED"));
  });

  it("lets two callers use the same request id", async () => {
    await store().createVerification(aWish({ requestId: "same" }));
    const other = await store().createVerification(aWish({ requestId: "same", caller: callerNamed("qa") }));
    expect(other.created).toBe(true);
  });

  it("makes one verification of a hundred parallel calls with one request id", async () => {
    const calls = Array.from({ length: 100 }, () => store().createVerification(aWish({ requestId: "same" })));
    const answers = await Promise.all(calls);
    expect(answers.filter((answer) => answer.created)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.verification.verificationId)).size).toBe(1);
  });

  it("refuses more open verifications than the caller may have, until one ends", async () => {
    const caller = callerNamed("ci", { maxOpen: 2 });
    const calls = Array.from({ length: 5 }, () => store().createVerification(aWish({ caller })));
    const answers = await Promise.allSettled(calls);
    expect(answers.filter((answer) => answer.status === "fulfilled")).toHaveLength(2);
    expect(answers[4]).toMatchObject({ reason: refusal("TOO_MANY_OPEN") });

    await created(store(), { caller: callerNamed("qa") });
    const [open] = await store().openVerifications();
    await store().recordFailure(open?.verificationId ?? "", NOON);
    expect((await created(store(), { caller })).status).toBe("PENDING");
  });

  it("holds the offer while an attempt is under way", async () => {
    const { verificationId } = await created(store(), { request: { ...REQUEST, country: "", service: "" } });
    const attempt = anAttempt();
    const { time, upstream, provider, offerId, offerRef, quotedPrice, explanation } = attempt;
    const held = await store().beginAttempt(verificationId, CI, attempt);
    expect(held).toMatchObject({ status: "PENDING", version: 2, upstream, provider, offerId, offerRef, quotedPrice });
    expect(held).toMatchObject({ country: "GB", service: "whatsapp" });
    expect(held.attempts).toStrictEqual([{ upstream, offerId, quotedPrice, explanation, startTime: time }]);
  });

  it("records a purchase with all that the upstream said", async () => {
    const id = await buying(store());
    const { time, ...said } = aPurchase();
    const bought = await store().recordPurchase(id, { ...said, time });
    expect(bought).toMatchObject({ status: "WAITING", version: 3, ...said });
    expect(bought.attempts).toMatchObject([{ outcome: "BOUGHT", endTime: time }]);
    expect(bought.attempts[0]).not.toHaveProperty("reason");
  });

  it("goes on to the next offer after a refusal, and holds none between", async () => {
    const id = await buying(store());
    const refused = await store().recordRefusal(id, "NO_NUMBERS", minutesLater(1));
    expect(refused).toMatchObject({ status: "PENDING", attempts: [{ outcome: "REFUSED", reason: "NO_NUMBERS" }] });
    const held = ["upstream", "provider", "offerId", "offerRef", "quotedPrice"];
    for (const field of held) expect(refused).not.toHaveProperty(field);

    await store().beginAttempt(id, CI, anAttempt({ upstream: "zeta", provider: "zetasms" }));
    const bought = await store().recordPurchase(id, aPurchase());
    expect(bought).toMatchObject({ upstream: "zeta", provider: "zetasms" });
    expect(bought.attempts.map(({ upstream, outcome }) => [upstream, outcome])).toEqual([
      ["acme", "REFUSED"],
      ["zeta", "BOUGHT"],
    ]);
  });

  it("never begins an attempt beside one that may have bought", async () => {
    const id = await buying(store());
    await expect(store().beginAttempt(id, CI, anAttempt())).rejects.toMatchObject(bug(/not settled/));
    const uncertain = await store().recordUncertain(id, minutesLater(1));
    expect(uncertain).toMatchObject({
      status: "PENDING",
      upstream: "acme",
      attempts: [{ outcome: "UNCERTAIN", reason: "PURCHASE_UNCERTAIN" }],
    });
    await expect(store().beginAttempt(id, CI, anAttempt())).rejects.toMatchObject(bug(/not settled/));
    await expect(store().recordFailure(id, NOON)).rejects.toMatchObject(bug(/not settled/));
    expect(await store().getVerification("ci", id)).toStrictEqual(uncertain);
  });

  it("settles an uncertain attempt either way", async () => {
    const [bought, refused] = [await buying(store()), await buying(store())];
    for (const id of [bought, refused]) await store().recordUncertain(id, minutesLater(1));
    const purchase = await store().recordPurchase(bought, aPurchase());
    expect(purchase).toMatchObject({ status: "WAITING", attempts: [{ outcome: "BOUGHT" }] });
    expect(purchase.attempts[0]).not.toHaveProperty("reason");
    await store().recordRefusal(refused, "NO_NUMBERS", minutesLater(2));
    expect(await store().recordFailure(refused, minutesLater(3))).toMatchObject({ status: "FAILED" });
  });

  it.for<[string, (id: string) => Promise<unknown>]>([
    ["a purchase", (id) => store().recordPurchase(id, aPurchase())],
    ["a refusal", (id) => store().recordRefusal(id, "NO_NUMBERS", NOON)],
    ["doubt", (id) => store().recordUncertain(id, NOON)],
  ])("takes %s without an attempt under way, or after the purchase, for a bug", async ([, command]) => {
    const { verificationId } = await created(store());
    await expect(command(verificationId)).rejects.toMatchObject(bug(/no attempt/));
    await expect(command(await waiting(store()))).rejects.toMatchObject(bug(/is WAITING/));
  });

  it("takes doubt about a doubted attempt for a bug", async () => {
    const id = await buying(store());
    await store().recordUncertain(id, NOON);
    await expect(store().recordUncertain(id, NOON)).rejects.toMatchObject(bug(/no attempt/));
  });

  it("begins no attempt for another caller", async () => {
    const { verificationId } = await created(store());
    const attempt = store().beginAttempt(verificationId, callerNamed("qa"), anAttempt());
    await expect(attempt).rejects.toMatchObject(refusal("NOT_FOUND"));
    expect((await store().getVerification("ci", verificationId)).attempts).toEqual([]);
  });
}
