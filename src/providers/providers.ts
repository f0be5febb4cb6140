import type { Provider } from "../upstream/define.ts";
import { ping } from "./ping.ts";
import { smsverificationservice } from "./smsverificationservice.ts";

/** Every provider the gateway knows. A new one is a file beside this one, and a line here. */
export const PROVIDERS: readonly Provider[] = [ping, smsverificationservice];
