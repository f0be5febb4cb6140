import { expect, it } from "vitest";
import type { OrderFilter } from "../../src/core/records.ts";
import type { OpenFilter, Store } from "../../src/core/store.ts";
import type { VerificationStatus } from "../../src/core/verification.ts";
import {
  anAttempt,
  buying,
  CI,
  callerNamed,
  created,
  minutesLater,
  NOON,
  REQUEST,
  received,
  refusal,
  waiting,
} from "./samples.ts";

const ALL: OrderFilter<VerificationStatus> = { statuses: [], pageSize: 100 };

export function listClaims(store: () => Store): void {
  async function list(filter: Partial<OrderFilter<VerificationStatus>>, caller = "ci"): Promise<string[]> {
    const page = await store().listVerifications(caller, { ...ALL, ...filter });
    return page.items.map((verification) => verification.verificationId);
  }
  const labelled = async (labels: Record<string, string>) =>
    (await created(store(), { request: { ...REQUEST, labels } })).verificationId;

  it("lists a caller's own, newest first", async () => {
    const [first, second] = [await waiting(store()), await buying(store())];
    await waiting(store(), { caller: callerNamed("qa") });
    expect(await list({})).toEqual([second, first]);
    expect(await list({}, "nobody")).toEqual([]);
  });

  it("lists whole verifications", async () => {
    const id = await received(store());
    const { items } = await store().listVerifications("ci", ALL);
    expect(items).toStrictEqual([await store().getVerification("ci", id)]);
  });

  it("filters by status", async () => {
    const [wait, got, pending] = [await waiting(store()), await received(store()), await buying(store())];
    expect(await list({ statuses: ["WAITING"] })).toEqual([wait]);
    expect(await list({ statuses: ["WAITING", "RECEIVED"] })).toEqual([got, wait]);
    expect(await list({ statuses: ["PENDING", "EXPIRED"] })).toEqual([pending]);
    await store().recordEnd(wait, "EXPIRED", undefined, NOON);
    expect(await list({ statuses: ["PENDING", "EXPIRED", "EXPIRED"] })).toEqual([pending, wait]);
    expect(await list({ statuses: ["EXPIRED"], upstream: "zeta" })).toEqual([]);
  });

  it("filters by the upstream that sold, or may have", async () => {
    const acme = await waiting(store());
    const { verificationId } = await created(store());
    expect(await list({ upstream: "acme" })).toEqual([acme]);
    await store().beginAttempt(verificationId, CI, anAttempt({ upstream: "zeta" }));
    expect(await list({ upstream: "zeta" })).toEqual([verificationId]);
    await store().recordRefusal(verificationId, "NO_NUMBERS", NOON);
    expect(await list({ upstream: "zeta" })).toEqual([]);
  });

  it("filters by a label, or by a label's value", async () => {
    const [ci, qa] = [await labelled({ env: "ci", run: "7" }), await labelled({ env: "qa", constructor: "" })];
    await labelled({});
    expect(await list({ label: { key: "env" } })).toEqual([qa, ci]);
    expect(await list({ label: { key: "env", value: "ci" } })).toEqual([ci]);
    expect(await list({ label: { key: "run" } })).toEqual([ci]);
    expect(await list({ label: { key: "run", value: "" } })).toEqual([]);
    expect(await list({ label: { key: "env", value: "ci" }, statuses: ["WAITING"] })).toEqual([]);
    expect(await list({ label: { key: "env", value: "ci" } }, "qa")).toEqual([]);
  });

  it.for<[string, Partial<OrderFilter<VerificationStatus>>]>([
    ["everything", {}],
    ["a status", { statuses: ["PENDING"] }],
    ["statuses", { statuses: ["PENDING", "WAITING", "EXPIRED"] }],
    ["a label", { label: { key: "env" } }],
    ["a label's value", { label: { key: "env", value: "ci" } }],
  ])("pages through %s without a gap or a repetition, while new ones come", async ([, filter]) => {
    const ids: string[] = [];
    for (let i = 0; i < 7; i += 1) ids.unshift(await labelled({ env: "ci" }));

    const seen: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = { ...ALL, ...filter, pageSize: 3, ...(pageToken !== undefined && { pageToken }) };
      const { items, nextPageToken } = await store().listVerifications("ci", page);
      seen.push(...items.map((verification) => verification.verificationId));
      pageToken = nextPageToken;
      await labelled({ env: "ci" });
    } while (pageToken !== undefined);
    expect(seen).toEqual(ids);
  });

  it("gives no token on a last page that is full", async () => {
    await Promise.all([labelled({}), labelled({})]);
    expect(await store().listVerifications("ci", { ...ALL, pageSize: 2 })).not.toHaveProperty("nextPageToken");
  });

  it("lets the page's size change from page to page", async () => {
    for (let i = 0; i < 5; i += 1) await labelled({});
    const { nextPageToken } = await store().listVerifications("ci", { ...ALL, pageSize: 1 });
    expect(await list({ pageToken: nextPageToken ?? "", pageSize: 50 })).toHaveLength(4);
  });

  it.for(["", "x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA=="])(
    "refuses the page token %j, which it never gave",
    async (pageToken) => {
      await expect(list({ pageToken })).rejects.toMatchObject({
        ...refusal("INVALID_REQUEST"),
        violations: [{ field: "page_token" }],
      });
    },
  );

  it("refuses a page token with another filter, or from another caller", async () => {
    await Promise.all([labelled({}), labelled({})]);
    const { nextPageToken: pageToken = "" } = await store().listVerifications("ci", { ...ALL, pageSize: 1 });
    await expect(list({ pageToken, statuses: ["PENDING"] })).rejects.toMatchObject(refusal("INVALID_REQUEST"));
    await expect(list({ pageToken, label: { key: "a" } })).rejects.toMatchObject(refusal("INVALID_REQUEST"));
    await expect(list({ pageToken }, "qa")).rejects.toMatchObject(refusal("INVALID_REQUEST"));
  });

  it("finds what has not ended, of all callers, oldest first", async () => {
    const [first, done, last] = [
      await waiting(store(), { caller: callerNamed("qa") }),
      await received(store()),
      await buying(store()),
    ];
    await store().recordEnd(done, "COMPLETED", undefined, NOON);
    const open = await store().openVerifications();
    expect(open.map((verification) => verification.verificationId)).toEqual([first, last]);
  });

  it("finds what has not ended at an upstream, or running out soon", async () => {
    const [bought, got] = [await waiting(store()), await received(store(), { caller: callerNamed("qa") })];
    const { verificationId: elsewhere } = await created(store());
    await store().beginAttempt(elsewhere, CI, anAttempt({ upstream: "zeta" }));
    const open = async (filter: OpenFilter) =>
      (await store().openVerifications(filter)).map((verification) => verification.verificationId);

    expect(await open({ upstream: "acme" })).toEqual([bought, got]);
    expect(await open({ upstream: "zeta" })).toEqual([elsewhere]);
    expect(await open({ expiresBy: minutesLater(20) })).toEqual([bought, got]);
    expect(await open({ expiresBy: minutesLater(19) })).toEqual([]);
    const [, whole] = await store().openVerifications({ upstream: "acme" });
    expect(whole).toStrictEqual(await store().getVerification("qa", got));
  });

  it("counts what has not ended by upstream", async () => {
    const [done] = [await received(store()), await waiting(store()), await buying(store())];
    await store().recordEnd(done, "COMPLETED", undefined, NOON);
    await created(store());
    expect(await store().countOpen()).toEqual(new Map([["acme", 2]]));
  });
}
