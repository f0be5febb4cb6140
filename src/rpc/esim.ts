import type { ServiceImpl } from "@connectrpc/connect";
import { CreateEsimRequestSchema, type EsimService } from "../../gen/numgate/v1/esim_pb.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Esims } from "../orders/esims/esims.ts";
import { callerOf } from "./auth.ts";
import { moneyFromWire } from "./convert.ts";
import { esimPlanToWire, esimStatusFromWire, esimToWire } from "./convert-rental.ts";
import { fingerprintOf } from "./fingerprint.ts";

const DEFAULT_PAGE_SIZE = 100;

interface Parts {
  readonly esims: Esims;
  readonly catalog: Pick<Catalog, "listOffers">;
}

export function esimService({ esims, catalog }: Parts): Partial<ServiceImpl<typeof EsimService>> {
  return {
    listEsimPlans({ upstreams, search, pageSize, pageToken }, context) {
      const { offers, nextPageToken } = catalog.listOffers({
        product: "ESIM",
        upstreams,
        search,
        orderBy: "price",
        allow: { upstreams: callerOf(context).allow.upstreams },
        pageSize: pageSize || DEFAULT_PAGE_SIZE,
        pageToken,
      });
      return { plans: offers.map(esimPlanToWire), nextPageToken };
    },

    async createEsim(request, context) {
      const { plan, maxPrice } = request;
      const options = {
        requestId: request.requestId.toLowerCase(),
        fingerprint: fingerprintOf(CreateEsimRequestSchema, request),
        signal: context.signal,
        timeoutMs: context.timeoutMs(),
      };
      const wish = { plan, maxPrice: maxPrice && moneyFromWire(maxPrice) };
      return { esim: esimToWire(await esims.create(callerOf(context), options, wish)) };
    },

    async getEsim({ esimId }, context) {
      return { esim: esimToWire(await esims.get(callerOf(context), esimId)) };
    },

    async listEsims({ status, pageSize, pageToken }, context) {
      const { items, nextPageToken } = await esims.list(callerOf(context), {
        statuses: status.flatMap((value) => esimStatusFromWire(value) ?? []),
        pageSize: pageSize || DEFAULT_PAGE_SIZE,
        pageToken: pageToken || undefined,
      });
      return { esims: items.map(esimToWire), nextPageToken };
    },
  };
}
