/** Where in the life of a purchase the daemon is killed, in the order in which they are passed. */
export const POINTS = {
  wished: "the request was committed, nothing was asked for yet",
  intended: "the intent was committed, the upstream was not called yet",
  sent: "the call to the upstream was sent",
  answered: "the upstream's answer arrived whole",
  recording: "the outcome was written and not committed",
  recorded: "the outcome was committed and not published",
  published: "the outcome was published",
  received: "a message was committed and not published",
} as const;

export type Point = keyof typeof POINTS;

export const POINT_NAMES = Object.keys(POINTS) as readonly Point[];

export interface Crash {
  readonly point: Point;
  /** 1 is the first time that the daemon gets there. */
  readonly nth: number;
}

/** What tells the preloaded module where to end its process. */
export function environmentOf({ point, nth }: Crash): Record<string, string> {
  return { CRASH_POINT: point, CRASH_NTH: String(nth) };
}
