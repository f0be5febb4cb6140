import { formatDecimal } from "../../core/money.ts";
import { type Product, productOf } from "../offer.ts";
import type { Call } from "../wire.ts";
import { COUNTRY_NOT_FOUND, list, text } from "./answers.ts";
import type { PvapinsEndpoint, PvapinsParts } from "./api.ts";
import { sameName } from "./names.ts";

/** When the lists were last changed; they never are. */
const LIST_TIME = "2026-01-01 00:00:00";

/** What is for sale: for one code, and with `is_rent=1` by the day. */
export function appEndpoints({ account }: PvapinsParts): PvapinsEndpoint[] {
  const sold = (product: Product) =>
    account.offers.filter((offer) => productOf(offer) === product && account.listed(offer));

  function countries(product: Product) {
    const byId = new Map(sold(product).map(({ place }) => [place.id, place]));
    return list([...byId.values()].map(({ id, name }) => ({ id, full_name: name })));
  }

  function apps(product: Product, { query }: Call) {
    const asked = query.get("country_id");
    const found = sold(product).filter(({ place }) => String(place.id) === asked);
    if (found.length === 0) return text(COUNTRY_NOT_FOUND, asked === null ? "invalid_parameter" : undefined);
    return list(
      found.map(({ appId, service, trending, price }) => ({
        id: appId,
        full_name: service,
        timestamp: LIST_TIME,
        trending: trending ? 1 : 0,
        deduct: formatDecimal(price),
      })),
    );
  }

  return [
    {
      operation: "countries",
      path: "/load_countries.php",
      keyless: true,
      answer: () => countries("verification"),
    },
    {
      operation: "rental_countries",
      path: "/rent/load_countries.php",
      query: ["is_rent"],
      keyless: true,
      answer: () => countries("rental"),
    },
    {
      operation: "list",
      path: "/load_apps.php",
      query: ["country_id"],
      keyless: true,
      answer: (call) => apps("verification", call),
    },
    {
      operation: "rental_list",
      path: "/rent/load_apps.php",
      query: ["country_id", "is_rent"],
      keyless: true,
      answer: (call) => apps("rental", call),
    },
    {
      operation: "rates",
      path: "/get_rates.php",
      query: ["country"],
      answer({ query }) {
        const asked = query.get("country") ?? "";
        const found = sold("verification").filter(({ place }) => sameName(place.name, asked));
        if (found.length === 0) return text(COUNTRY_NOT_FOUND, asked === "" ? "invalid_parameter" : undefined);
        return list(found.map(({ service, price }) => ({ app: service, rate: formatDecimal(price) })));
      },
    },
  ];
}
