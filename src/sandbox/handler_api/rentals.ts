import type { Money } from "../../core/money.ts";
import { moneyNumber } from "../json.ts";
import { productOf } from "../offer.ts";
import { isOpen, messagesBy, type Order, statusOf } from "../order.ts";
import type { Answer, Call } from "../wire.ts";
import { type Action, ANY_STATUS, type HandlerApiParts } from "./action.ts";
import { dateTime, digits, json, rentError } from "./answers.ts";
import { CURRENCY_NUMBERS, type HandlerApiOffer, PLENTY } from "./catalogue.ts";

const HOUR_MS = 60 * 60_000;
const LATEST_CANCEL_MS = 20 * 60_000;
const MAX_HOURS = 1344;
/** Pages of messages begin at 1. */
const PAGE_SIZE = 10;
const HOURS = new Set([2, 4, 12, 24, 48, 72, 96, 120, 144, 168, 336, 504, 672, 1008, MAX_HOURS]);

type Rental = Order<HandlerApiOffer>;

/** Numbers by the hour. Everything is JSON here, also what goes wrong. */
export function rentalActions({ account, clock }: HandlerApiParts): Action[] {
  const rentOffers = account.offers.filter((offer) => productOf(offer) === "rental");
  const isRental = ({ offer }: Rental) => productOf(offer) === "rental";

  function withRental(answer: (rental: Rental, call: Call) => Answer): Action["answer"] {
    return (call) => {
      const id = call.query.get("id");
      if (!id) return { ...rentError("NO_ID_RENT"), misuse: "invalid_parameter" };
      const rental = account.find(id);
      return rental && isRental(rental) ? answer(rental, call) : rentError("INVALID_PHONE");
    };
  }

  return [
    {
      operation: "rental_list",
      action: "getRentServicesAndCountries",
      query: ["rent_time", "time", "country", "operator"],
      answer({ query }) {
        const hours = hoursIn(query.get("rent_time") ?? query.get("time") ?? "2");
        if (!hours) return invalidTime;
        const country = query.get("country") ?? "0";
        const places = [...new Set(rentOffers.map(({ place }) => place.id))];
        const offers = rentOffers.filter((offer) => String(offer.place.id) === country && account.listed(offer));
        return json({
          countries: { ...places },
          operators: { 0: "any" },
          services: Object.fromEntries(
            offers.map((offer) => {
              const left = account.stock(offer) ?? PLENTY;
              const cost = moneyNumber(timesHours(offer.price, hours));
              return [offer.serviceCode, { cost, quant: { current: left, total: left } }];
            }),
          ),
        });
      },
    },
    {
      operation: "rental_create",
      action: "getRentNumber",
      query: ["service", "rent_time", "country", "operator", "url"],
      answer({ query }) {
        const hours = hoursIn(query.get("rent_time"));
        if (!hours) return invalidTime;
        const inCountry = rentOffers.filter(({ place }) => String(place.id) === query.get("country"));
        if (inCountry.length === 0) return { ...rentError("BAD_COUNTRY"), misuse: "invalid_parameter" };
        const offer = inCountry.find(({ serviceCode }) => serviceCode === query.get("service"));
        if (!offer) return { ...rentError("BAD_SERVICE"), misuse: "invalid_parameter" };
        const price = timesHours(offer.price, hours);
        const sale = account.buy(offer, { price, lifetimeMs: hours * HOUR_MS });
        if ("sold" in sale) return phoneOf(sale.sold);
        return rentError(sale.refused === "funds" ? "NO_BALANCE" : "NO_NUMBERS");
      },
    },
    {
      operation: "rental_messages",
      action: "getRentStatus",
      query: ["id", "page", "size"],
      answer: withRental((rental, { query }) => {
        const status = statusOf(rental, clock.now());
        if (status === "cancelled") return rentError("STATUS_CANCEL");
        if (status === "finished" || status === "expired") return rentError("STATUS_FINISH");
        const received = messagesBy(rental, clock.now()).reverse();
        if (received.length === 0) return rentError("STATUS_WAIT_CODE");
        const size = Number(query.get("size") ?? PAGE_SIZE);
        const start = (Number(query.get("page") ?? 1) - 1) * size;
        const values = received.slice(start, start + size).map(({ sender, text, arriveTime }) => ({
          phoneFrom: sender,
          text,
          service: rental.offer.serviceCode,
          date: dateTime(arriveTime),
        }));
        return json({ status: "success", quantity: String(received.length), values: { ...values } });
      }),
    },
    {
      operation: "rental_finish",
      action: "setRentStatus",
      status: 1,
      query: ["id", "status"],
      answer: withRental((rental) => ended(rental) ?? (account.finish(rental) ? success : rentError("RENT_DIE"))),
    },
    {
      operation: "rental_cancel",
      action: "setRentStatus",
      status: 2,
      query: ["id", "status"],
      answer: withRental((rental) => {
        const isLate = clock.now() - rental.createTime > LATEST_CANCEL_MS;
        return ended(rental) ?? (!isLate && account.cancel(rental) ? success : rentError("CANT_CANCEL"));
      }),
    },
    {
      operation: "rental_status",
      action: "setRentStatus",
      status: ANY_STATUS,
      query: ["id", "status"],
      answer: () => ({ ...rentError("INCORECT_STATUS"), misuse: "invalid_parameter" }),
    },
    {
      operation: "rentals",
      action: "getRentList",
      answer() {
        const active = account.orders().filter((order) => isRental(order) && isOpen(order, clock.now()));
        if (active.length === 0) return rentError("NO_NUMBERS");
        return json({
          status: "success",
          values: { ...active.map(({ ref, phone }) => ({ id: ref, phone: digits(phone) })) },
        });
      },
    },
    {
      operation: "rental_price",
      action: "continueRentInfo",
      query: ["id", "hours"],
      answer: withRental((rental, { query }) => {
        const hours = hoursIn(query.get("hours"));
        if (!hours) return invalidTime;
        if (!isOpen(rental, clock.now())) return rentError("RENT_DIE");
        return json({
          status: "success",
          price: moneyNumber(timesHours(rental.offer.price, hours)),
          currency: CURRENCY_NUMBERS[rental.price.currency],
          maxHours: MAX_HOURS,
          history: [],
        });
      }),
    },
    {
      operation: "rental_extend",
      action: "continueRentNumber",
      query: ["id", "rent_time"],
      answer: withRental((rental, { query }) => {
        const hours = hoursIn(query.get("rent_time"));
        if (!hours) return invalidTime;
        if (!isOpen(rental, clock.now())) return rentError("RENT_DIE");
        const price = timesHours(rental.offer.price, hours);
        return account.extend(rental, { price, ms: hours * HOUR_MS }) ? phoneOf(rental) : rentError("NO_BALANCE");
      }),
    },
  ];
}

const success = json({ status: "success" });
const invalidTime = { ...rentError("INVALID_TIME"), misuse: "invalid_parameter" } as const;

/** The word for a rental that its customer has ended. */
function ended({ closed }: Rental): Answer | undefined {
  return closed && rentError(closed.as === "cancelled" ? "ALREADY_CANCEL" : "ALREADY_FINISH");
}

function phoneOf({ ref, expireTime, phone }: Rental): Answer {
  const endDate = dateTime(expireTime).replace(" ", "T");
  return json({ status: "success", phone: { id: Number(ref), endDate, number: digits(phone) } });
}

function hoursIn(text: string | null): number | undefined {
  return HOURS.has(Number(text)) ? Number(text) : undefined;
}

function timesHours({ currency, micros }: Money, hours: number): Money {
  return { currency, micros: micros * BigInt(hours) };
}
