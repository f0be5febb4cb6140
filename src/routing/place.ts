/** Where outcomes are counted: an upstream's numbers of one country for one service. */
export interface Place {
  readonly upstream: string;
  readonly country: string;
  readonly service: string;
}

/** None of the three has a slash in it. */
export function keyOf({ upstream, country, service }: Place): string {
  return `${upstream}/${country}/${service}`;
}

/** As `keyOf` gave it. */
export function placeOf(key: string): Place {
  const [upstream = "", country = "", service = ""] = key.split("/");
  return { upstream, country, service };
}
