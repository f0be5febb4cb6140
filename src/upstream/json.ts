/**
 * Reads JSON with every number as the text it was written in, so that money is never a float, not even for a moment,
 * and an id is the same whether an upstream quotes it or not.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === "number" ? (context?.source ?? String(value)) : value,
  );
}

/** A body as UTF-8, without the byte order mark that some servers begin it with. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
