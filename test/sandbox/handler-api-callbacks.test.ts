import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { until } from "../support/clock.ts";
import { buy, rent, visitHandlerApi } from "./handler-api-support.ts";

it("handler_api posts a message of an activation and one of a rental, each in its shape", async () => {
  const posted: unknown[] = [];
  const server = createServer(async (request, response) => {
    posted.push(await json(request));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  const here = await visitHandlerApi({ codeDelayMs: Number.POSITIVE_INFINITY });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks`;
  here.sandbox.control.setCallback({ upstream: "handler_api", url });

  const { id } = await buy(here);
  await here.control("/deliver", { order_id: id, text: "847291 is your code" });
  await until(() => posted.length === 1);
  const rentalId = await rent(here);
  await here.control("/deliver", { order_id: rentalId, text: "Welcome!" });
  await until(() => posted.length === 2);
  expect(posted).toEqual([
    {
      activationId: Number(id),
      service: "wa",
      text: "847291 is your code",
      code: "847291",
      country: 187,
      receivedAt: "2026-05-01T12:00:00Z",
    },
    {
      rentId: Number(rentalId),
      sms: {
        smsId: expect.any(Number),
        phoneFrom: expect.any(String),
        text: "Welcome!",
        date: "2026-05-01 12:00:00",
      },
    },
  ]);
});
