/** A replayable source of numbers from 0 up to 1. */
export type Random = () => number;

/** The same words give the same numbers: FNV-1a into mulberry32. */
export function createRandom(...words: readonly string[]): Random {
  let state = 0x811c9dc5;
  for (const word of words) {
    for (let at = 0; at < word.length; at += 1) state = Math.imul(state ^ word.charCodeAt(at), 0x01000193);
    // So that "ab", "c" is not "a", "bc".
    state = Math.imul(state ^ 0xff, 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** From the standard normal distribution (Box and Muller). */
function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** From the gamma distribution of that shape and scale 1 (Marsaglia and Tsang). */
function drawGamma(shape: number, random: Random): number {
  if (shape < 1) return drawGamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** From the Beta distribution; both parameters above 0. */
export function drawBeta(alpha: number, beta: number, random: Random): number {
  const a = drawGamma(alpha, random);
  const b = drawGamma(beta, random);
  return a / (a + b);
}
