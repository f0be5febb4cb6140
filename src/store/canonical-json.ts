/** JSON that is the same text for equal values, whatever the order of their keys. A bigint becomes its digits. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "bigint") return part.toString();
    return isPlainObject(part) ? sortKeys(part) : part;
  });
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** By fromEntries and not by assignment, because a caller's label may be called `__proto__`. */
function sortKeys(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
