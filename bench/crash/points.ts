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

/** What is bought, each by a request of its own. */
export const GOODS = ["verification", "rental", "extension", "esim"] as const;
export type Goods = (typeof GOODS)[number];

/** A point in the purchase of one kind of goods. */
export interface Place {
  readonly point: Point;
  readonly of: Goods;
}

/** Nothing is received by an extension or by an eSIM, and nobody watches an eSIM. */
const NOWHERE: readonly Place[] = [
  { point: "received", of: "extension" },
  { point: "received", of: "esim" },
  { point: "published", of: "esim" },
];

/** Every place, one of each kind of goods after the other. */
export const PLACES: readonly Place[] = POINT_NAMES.flatMap((point) => GOODS.map((of) => ({ point, of }))).filter(
  (place) => !NOWHERE.some(({ point, of }) => point === place.point && of === place.of),
);

export function nameOfPlace({ point, of }: Place): string {
  return `${of} ${point}`;
}

export interface Crash extends Place {
  /** 1 is the first time that the daemon gets there. */
  readonly nth: number;
}

/** What tells the preloaded module where to end its process. */
export function environmentOf({ point, of, nth }: Crash): Record<string, string> {
  return { CRASH_POINT: point, CRASH_OF: of, CRASH_NTH: String(nth) };
}
