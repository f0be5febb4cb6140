/** The first time between the two, to about `withinMs`, from which on it holds; `late` when that is later. */
export function firstTime(holds: (time: number) => boolean, from: number, late: number, withinMs: number): number {
  if (!holds(late)) return late;
  let [early, until] = [from, late];
  while (until - early > withinMs) {
    const middle = (early + until) / 2;
    if (holds(middle)) until = middle;
    else early = middle;
  }
  return until;
}
