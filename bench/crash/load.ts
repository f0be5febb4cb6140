import { setTimeout as sleep } from "node:timers/promises";
import { type Client, Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import {
  VerificationStatus as Status,
  type Verification,
  type VerificationService,
} from "../../gen/numgate/v1/verification_pb.ts";
import { createRandom, type Random } from "../../src/sandbox/random.ts";
import { CALLERS, type CallerName, type Daemon, type Life } from "./daemon.ts";
import type { Witness } from "./witness.ts";

/** The label under which each verification bears its request's id, for the comparison to find it by. */
export const REQUEST = "request";

const CREATE_TIMEOUT_MS = 5_000;
const LONGEST_PAUSE_MS = 150;

/** What the callers did and were told. */
export interface Tally {
  /** Requests, each with an id of its own, however often they were sent. */
  creates: number;
  /** Of them, those sent once more after a lost connection. */
  repeated: number;
  /** Errors with a reason, by it. */
  readonly refusals: Map<string, number>;
  /** Errors without a reason from a daemon that went on living, in words. */
  readonly unexpected: string[];
}

export interface Load {
  readonly tally: Tally;
  /** Lets each caller end what it is at. The daemon has to be there. */
  stop(): Promise<void>;
}

export interface LoadParts {
  readonly daemon: Daemon;
  readonly witness: Witness;
  /** The upstreams to buy from. */
  readonly upstreams: readonly string[];
  readonly workers: number;
  readonly seed: number;
}

type Service = Client<typeof VerificationService>;

/** What a caller does with one verification. */
interface Plan {
  readonly requestId: string;
  readonly upstreams: readonly string[];
  readonly service: string;
  readonly end: "complete" | "cancel" | "leave";
  readonly pauseMs: number;
}

/** Callers that buy, watch, complete and cancel, and never give up a request before it was answered. */
export function startLoad({ daemon, witness, upstreams, workers, seed }: LoadParts): Load {
  const tally: Tally = { creates: 0, repeated: 0, refusals: new Map(), unexpected: [] };
  const stopping = new AbortController();

  /** Calls until there is an answer: undefined is a refusal, or that the load is over. */
  async function ask<T>(caller: CallerName, call: (service: Service) => Promise<T>): Promise<T | undefined> {
    for (let tries = 0; ; tries += 1) {
      const life = await daemon.current();
      if (tries > 0 && stopping.signal.aborted) return undefined;
      try {
        return await call(life.as(caller));
      } catch (thrown) {
        const error = ConnectError.from(thrown);
        const reason = error.findDetails(ErrorInfoSchema)[0]?.reason;
        if (reason !== undefined) {
          tally.refusals.set(reason, (tally.refusals.get(reason) ?? 0) + 1);
          return undefined;
        }
        await afterLoss(life, error);
      }
    }
  }

  async function afterLoss(life: Life, error: ConnectError): Promise<void> {
    if (stopping.signal.aborted) return;
    for (let waited = 0; !life.hasEnded() && waited < 1_000; waited += 20) await sleep(20);
    if (life.hasEnded() || error.code === Code.DeadlineExceeded) return;
    tally.unexpected.push(`${Code[error.code]}: ${error.rawMessage}`);
  }

  async function live(caller: CallerName, { requestId, upstreams, service, end }: Plan): Promise<void> {
    tally.creates += 1;
    let sent = 0;
    const request = {
      countryCode: "US",
      service,
      requestId,
      upstreams: [...upstreams],
      labels: { [REQUEST]: requestId },
    };
    const created = await ask(caller, (verifications) => {
      sent += 1;
      if (sent === 2) tally.repeated += 1;
      return verifications.createVerification(request, { timeoutMs: CREATE_TIMEOUT_MS });
    });
    if (!created?.verification) return;
    witness.note(caller, created.verification);
    const { verificationId } = created.verification;
    if (end === "leave") return;
    const seen = end === "cancel" ? created.verification : await watch(caller, verificationId, hasReceived);
    if (seen?.status === Status.RECEIVED && end === "complete") {
      const completed = await ask(caller, (verifications) => verifications.completeVerification({ verificationId }));
      if (completed?.verification) witness.note(caller, completed.verification);
    }
    if (end === "cancel") {
      const cancelled = await ask(caller, (verifications) => verifications.cancelVerification({ verificationId }));
      if (cancelled?.verification) witness.note(caller, cancelled.verification);
    }
  }

  /** Follows a verification, over as many lives of the daemon as it takes, until it is so or has ended. */
  async function watch(
    caller: CallerName,
    verificationId: string,
    isSo: (verification: Verification) => boolean,
  ): Promise<Verification | undefined> {
    return ask(caller, async (verifications) => {
      const leave = new AbortController();
      const signal = AbortSignal.any([leave.signal, stopping.signal]);
      let last: Verification | undefined;
      try {
        for await (const { verification } of verifications.watchVerification({ verificationId }, { signal })) {
          if (!verification) continue;
          witness.note(caller, verification);
          last = verification;
          if (isSo(verification)) break;
        }
      } finally {
        leave.abort();
      }
      return last;
    });
  }

  async function work(index: number): Promise<void> {
    const random = createRandom(seed * 1_000 + index);
    const caller = CALLERS[index % CALLERS.length] ?? "ada";
    while (!stopping.signal.aborted) {
      const plan = draw(random, upstreams);
      await live(caller, plan);
      await sleep(plan.pauseMs);
    }
  }

  /** Watches what is being bought, as the one who asked for it cannot before the answer. */
  async function observe(caller: CallerName): Promise<void> {
    const watched = new Set<string>();
    const newest = { status: [Status.PENDING], pageSize: 50 };
    while (!stopping.signal.aborted) {
      const found = await ask(caller, (verifications) => verifications.listVerifications(newest));
      for (const verification of found?.verifications ?? []) {
        witness.note(caller, verification);
        if (watched.has(verification.verificationId) || isDecided(verification)) continue;
        watched.add(verification.verificationId);
        void watch(caller, verification.verificationId, isDecided);
      }
      await sleep(50);
    }
  }

  const all = [...Array.from({ length: workers }, (_, index) => work(index)), ...CALLERS.map(observe)];
  return {
    tally,
    async stop() {
      stopping.abort();
      await Promise.all(all);
    },
  };
}

function hasReceived({ status }: Verification): boolean {
  return status === Status.RECEIVED || status === Status.COMPLETED;
}

/** Whether the purchase came to something, or nobody knows to what. */
function isDecided({ status, attempts }: Verification): boolean {
  return status !== Status.PENDING || attempts.at(-1)?.outcome === Outcome.UNCERTAIN;
}

function draw(random: Random, upstreams: readonly string[]): Plan {
  const pick = <T>(among: readonly T[]): T => among[Math.floor(random() * among.length)] as T;
  const end = pick(["complete", "complete", "cancel", "leave"] as const);
  const service =
    end === "cancel"
      ? pick(["whatsapp", "sandboxnever", "sandboxnever"])
      : pick(["whatsapp", "telegram", "sandboxinstant", "sandboxinstant", "sandboxempty"]);
  return {
    requestId: drawUuid(random),
    upstreams: [...new Set([pick(upstreams), pick(upstreams), pick(upstreams)])],
    service,
    end,
    pauseMs: Math.floor(random() * LONGEST_PAUSE_MS),
  };
}

function drawUuid(random: Random): string {
  return "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => Math.floor(random() * 16).toString(16));
}
