const DEFAULT_PAGE_SIZE = 100;

interface WirePage {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** Which page is asked for. */
export function paging({ pageSize, pageToken }: WirePage) {
  return { pageSize: pageSize || DEFAULT_PAGE_SIZE, pageToken: pageToken || undefined };
}

interface WireOrderFilter extends WirePage {
  readonly upstream: string;
  /** `key`, or `key=value`. */
  readonly label: string;
}

/** Which orders are asked for, whatever their status. */
export function orderFilter({ upstream, label, ...page }: WireOrderFilter) {
  const [, key = "", value] = /^([^=]+)(?:=(.*))?$/s.exec(label) ?? [];
  return { upstream: upstream || undefined, label: key ? { key, value } : undefined, ...paging(page) };
}
