import { z } from "zod";
import { moneyNumber } from "../json.ts";
import type { Limit } from "../window.ts";
import type { Call } from "../wire.ts";
import { failed, serviceNotFound, success } from "./answers.ts";
import type { PingEndpoint, PingParts } from "./api.ts";
import type { PingOffer } from "./catalogue.ts";

/** The list and the detail are counted together. */
const SERVICES: Limit = { name: "services", perMinute: 60 };

const listQuery = z.object({
  service_type: z.enum(["verification", "rental"]).optional(),
  country_code: z.string().optional(),
  search: z.string().optional(),
  skip: z.string().regex(/^\d+$/).default("0").transform(Number),
  limit: z.string().regex(/^\d+$/).default("50").transform(Number).pipe(z.number().min(1).max(100)),
});

export function serviceEndpoints({ account }: PingParts): PingEndpoint[] {
  const available = (offer: PingOffer) => offer.available && account.listed(offer);
  const line = (offer: PingOffer) => ({
    public_id: offer.id,
    name: offer.service,
    country_code: offer.country,
    type: offer.product,
    capabilities: offer.capabilities,
    cost: moneyNumber(offer.price),
    currency: offer.price.currency,
    available: available(offer),
  });

  return [
    {
      operation: "list",
      method: "GET",
      path: "/nonvoip/services",
      query: Object.keys(listQuery.shape),
      limit: SERVICES,
      answer({ query }: Call) {
        const asked = listQuery.safeParse(Object.fromEntries(query));
        if (!asked.success) {
          const fields = asked.error.issues.map(({ path }) => path.join(".")).join(", ");
          return failed(400, `Invalid parameter: ${fields}`, "INVALID_PARAMETER", "invalid_parameter");
        }
        const { service_type: type, country_code: country, search = "", skip, limit } = asked.data;
        const found = account.offers.filter(
          (offer) =>
            (type === undefined || offer.product === type) &&
            (country === undefined || offer.country === country.toUpperCase()) &&
            offer.service.toLowerCase().includes(search.toLowerCase()),
        );
        return success({
          services: found.slice(skip, skip + limit).map(line),
          total: found.length,
          skip,
          limit,
        });
      },
    },
    {
      operation: "detail",
      method: "GET",
      path: "/nonvoip/services/:id",
      limit: SERVICES,
      answer({ id }) {
        const offer = account.offers.find((candidate) => candidate.id === id);
        if (!offer) return serviceNotFound;
        return success({
          service: {
            ...line(offer),
            estimated_wait_seconds: offer.estimatedWaitSeconds,
            success_rate: offer.successRate,
          },
        });
      },
    },
  ];
}
