import { randomUUID } from "node:crypto";

/** Names a new order that is made at `time`, in milliseconds since the epoch. */
export type NewId = (prefix: "ver" | "rnt" | "ext" | "esim", time: number) => string;

/**
 * A name that nobody can guess. It begins with the time, as a UUID of version 7 does, so that what is new stands
 * together in the database's index; the rest is chance.
 */
export const randomId: NewId = (prefix, time) =>
  `${prefix}_${time.toString(16).padStart(12, "0")}${randomUUID().replaceAll("-", "").slice(12)}`;
