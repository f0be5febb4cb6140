/** Where outcomes are counted: an upstream's numbers of one country for one service. */
export interface Place {
  readonly upstream: string;
  readonly country: string;
  readonly service: string;
  /** What it is called in every table. Put together once: a place is looked up in many. */
  readonly key: string;
}

/** None of the three has a slash in it. */
export function placeAt({ upstream, country, service }: Omit<Place, "key">): Place {
  return { upstream, country, service, key: `${upstream}/${country}/${service}` };
}

export function placeOf(key: string): Place {
  const [upstream = "", country = "", service = ""] = key.split("/");
  return { upstream, country, service, key };
}
