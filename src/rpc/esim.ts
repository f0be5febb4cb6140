import type { ServiceImpl } from "@connectrpc/connect";
import { CreateEsimRequestSchema, type EsimService } from "../../gen/numgate/v1/esim_pb.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Esims } from "../orders/esims/esims.ts";
import { callerOf } from "./auth.ts";
import { callOptions } from "./call-options.ts";
import { moneyFromWire } from "./convert.ts";
import { esimPlanToWire, esimStatusFromWire, esimToWire } from "./convert-esim.ts";
import { paging } from "./listing.ts";

interface Parts {
  readonly esims: Esims;
  readonly catalog: Pick<Catalog, "listOffers">;
}

export function esimService({ esims, catalog }: Parts): Partial<ServiceImpl<typeof EsimService>> {
  return {
    listEsimPlans({ upstreams, search, ...page }, context) {
      const { offers, nextPageToken } = catalog.listOffers({
        product: "ESIM",
        upstreams,
        search,
        orderBy: "price",
        allow: { upstreams: callerOf(context).allow.upstreams },
        ...paging(page),
      });
      return { plans: offers.map(esimPlanToWire), nextPageToken };
    },

    async createEsim(request, context) {
      const { plan, maxPrice } = request;
      const options = callOptions(CreateEsimRequestSchema, request, context);
      const wish = { plan, maxPrice: maxPrice && moneyFromWire(maxPrice) };
      return { esim: esimToWire(await esims.create(callerOf(context), options, wish)) };
    },

    async getEsim({ esimId }, context) {
      return { esim: esimToWire(await esims.get(callerOf(context), esimId)) };
    },

    async listEsims({ status, ...page }, context) {
      const { items, nextPageToken } = await esims.list(callerOf(context), {
        statuses: status.flatMap((value) => esimStatusFromWire(value) ?? []),
        ...paging(page),
      });
      return { esims: items.map(esimToWire), nextPageToken };
    },
  };
}
