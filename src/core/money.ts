/** An amount of money: integer millionths of the currency's unit. A float never holds money. */
export interface Money {
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly micros: bigint;
}

const MICROS_PER_UNIT = 1_000_000n;
const DECIMAL = /^([+-]?)(\d{1,12})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,2}))?$/;

/**
 * Reads a decimal such as `0.50`, `12` or `5e-2` exactly, rounding half away from zero past the sixth decimal.
 * Gives undefined for anything else.
 */
export function parseMoney(decimal: string, currency: string): Money | undefined {
  const match = DECIMAL.exec(decimal.trim());
  if (!match) return undefined;
  const [, sign, units = "", fraction = "", exponent = "0"] = match;
  const digits = BigInt(units + fraction);
  const shift = 6 - fraction.length + Number(exponent);
  const micros = shift >= 0 ? digits * 10n ** BigInt(shift) : divideRounding(digits, 10n ** BigInt(-shift));
  return { currency, micros: sign === "-" ? -micros : micros };
}

function divideRounding(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor / 2n) / divisor;
}

/** The amount as a decimal with at least two places: `0.50`, `0.0375`. */
export function formatDecimal({ micros }: Money): string {
  const absolute = micros < 0n ? -micros : micros;
  const fraction = (absolute % MICROS_PER_UNIT)
    .toString()
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${micros < 0n ? "-" : ""}${absolute / MICROS_PER_UNIT}.${fraction}`;
}

/** The amount for people: `0.50 USD`. */
export function formatMoney(money: Money): string {
  return `${formatDecimal(money)} ${money.currency}`;
}

export function sameMoney(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.micros === b.micros;
}
