import { randomUUID } from "node:crypto";

/**
 * The name of a new order. It begins with the time, as a UUID of version 7 does, so that what is new stands together in
 * the database's index; the rest is chance, and nobody can guess it.
 */
export function newId(prefix: "ver" | "rnt" | "ext" | "esim", time: number): string {
  return `${prefix}_${time.toString(16).padStart(12, "0")}${randomUUID().replaceAll("-", "").slice(12)}`;
}
