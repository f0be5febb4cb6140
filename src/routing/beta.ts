/** Lanczos' approximation of the logarithm of the gamma function, for arguments above 0. */
const LANCZOS = [
  76.18009172947146, -86.5053203294168, 24.01409824083091, -1.231739572450155, 0.001208650973866179, -5.395239384953e-6,
];

function logGamma(x: number): number {
  const near = x + 5.5;
  const series = LANCZOS.reduce((sum, factor, at) => sum + factor / (x + 1 + at), 1.00000000019);
  return Math.log((2.50662827463 * series) / x) - near + (x + 0.5) * Math.log(near);
}

const TINY = 1e-30;
const MOST_TERMS = 200;

/** The continued fraction of the incomplete beta function (Lentz). */
function fraction(x: number, a: number, b: number): number {
  const away = (value: number) => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return result;
}

/** The chance that a draw from Beta(a, b) is at most x; `scale` is the logarithm of 1 / B(a, b). */
function betaBelow(x: number, a: number, b: number, scale: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(scale + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** The value that a draw from Beta(a, b) stays below with chance `share`, to a millionth. */
export function betaQuantile(share: number, a: number, b: number): number {
  const scale = logGamma(a + b) - logGamma(a) - logGamma(b);
  let [low, high] = [0, 1];
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (betaBelow(middle, a, b, scale) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const LOGIT_BOUND = 0.005;

/** Log odds of a share; shares at the very ends are taken a little inside. */
export function logit(share: number): number {
  const inside = Math.min(Math.max(share, LOGIT_BOUND), 1 - LOGIT_BOUND);
  return Math.log(inside / (1 - inside));
}

export function fromLogit(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** The chance that a standard normal draw is at most x (Zelen and Severo; off by less than 1e-7). */
export function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}
