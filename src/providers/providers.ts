import type { Provider } from "../upstream/define.ts";
import { handler_api } from "./handler_api.ts";
import { papsms } from "./papsms.ts";
import { ping } from "./ping.ts";
import { pvapins } from "./pvapins.ts";
import { smsverificationservice } from "./smsverificationservice.ts";
import { smsverifyo } from "./smsverifyo.ts";

/** Every provider the gateway knows. A new one is a file beside this one, and a line here. */
export const PROVIDERS: readonly Provider[] = [ping, smsverificationservice, smsverifyo, papsms, pvapins, handler_api];
