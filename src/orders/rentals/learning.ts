import { expected } from "../polling/hazard.ts";
import { cameAt, cameIn, nothingIn, type Observed } from "../polling/observation.ts";
import { BURST_S } from "./law.ts";
import { lawOf, oftenness, type Quiet, quietAt, sawBurst, stir } from "./quiet.ts";

/**
 * A look that was sent at this time has shown so many messages that were not known. `times` are when they came, of those
 * of which the upstream says so.
 */
export function learnOfLook(quiet: Quiet, sentAt: number, came: number, times: readonly number[]): void {
  if (sentAt <= quiet.lookedAt) return;
  if (!quiet.isLookKnown) {
    takeUp(quiet, sentAt, came, times);
    return;
  }
  const known = times.filter((time) => time > quiet.lookedAt && time <= sentAt).toSorted((a, b) => a - b);
  if (came > 0 && known.length === 0) learnOfOne(quiet, sentAt, undefined);
  for (const time of came > 0 ? known.slice(-came) : []) learnOfOne(quiet, sentAt, time);
  const [from, to] = [quietAt(quiet, quiet.lookedAt), quietAt(quiet, sentAt)];
  if (to > from) learn(quiet, nothingIn(lawOf(quiet).hazard().edges, from, to), to);
  quiet.lookedAt = sentAt;
}

/** The first look after a restart teaches nothing but since when it has been quiet. */
function takeUp(quiet: Quiet, sentAt: number, came: number, times: readonly number[]): void {
  const last = Math.max(quiet.stirredAt, ...times.filter((time) => time <= sentAt));
  stir(quiet, came > 0 && last === quiet.stirredAt ? sentAt : last);
  quiet.lookedAt = sentAt;
  quiet.isLookKnown = true;
}

/** A message came, at the time that is known or somewhere until then. */
function learnOfOne(quiet: Quiet, by: number, at: number | undefined): void {
  const hazard = lawOf(quiet).hazard();
  const [from, to] = [quietAt(quiet, quiet.lookedAt), quietAt(quiet, at ?? by)];
  learn(quiet, at === undefined ? cameIn(hazard, from, to) : cameAt(hazard.edges, from, to), to);
  lawOf(quiet).over();
  if (!quiet.isExpected && to >= BURST_S) sawBurst(quiet, 1);
  quiet.lookedAt = at ?? by;
  // Somebody may have begun to watch since.
  stir(quiet, Math.max(quiet.lookedAt, quiet.stirredAt));
  quiet.expectedUntil = Number.NEGATIVE_INFINITY;
}

/** What comes between bursts is held against how often this number gets any. */
function learn(quiet: Quiet, observed: readonly Observed[], until: number): void {
  const law = lawOf(quiet);
  const hazard = law.hazard();
  const often = oftenness(quiet);
  const isBetween = ({ bin }: Observed) => (hazard.edges[bin] ?? 0) >= BURST_S;
  if (!quiet.isExpected) {
    const from = Math.max(quietAt(quiet, quiet.lookedAt), BURST_S);
    if (until > from) quiet.usual += expected(hazard, until) - expected(hazard, from);
  }
  law.learn(observed.map((one) => (isBetween(one) ? { ...one, seconds: one.seconds * often } : one)));
}
