import type { Registry } from "prom-client";
import { answerText, type HttpHandler, type HttpRequest, type HttpResponse, pathOf } from "./http.ts";

/** True, or in a line why not. */
export type Readiness = () => true | string;

type Answer = (request: HttpRequest, response: HttpResponse) => void;

/** What is served beside the RPCs: for probes and for Prometheus. */
export function createPlainHandler(ready: Readiness, registry: Registry): HttpHandler {
  const answers: Readonly<Record<string, Answer>> = {
    "/healthz": (request, response) => answerText(request, response, 200, "ok"),
    "/readyz": (request, response) => {
      const state = ready();
      if (state === true) answerText(request, response, 200, "ok");
      else answerText(request, response, 503, state);
    },
    "/metrics": (request, response) => {
      registry.metrics().then(
        (text) => answerText(request, response, 200, text.trimEnd(), registry.contentType),
        () => answerText(request, response, 500, "the metrics cannot be collected"),
      );
    },
  };

  return (request, response) => {
    const path = pathOf(request);
    const answer = Object.hasOwn(answers, path) ? answers[path] : undefined;
    if (!answer) {
      answerText(request, response, 404, "not found");
    } else if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      answerText(request, response, 405, "only GET and HEAD");
    } else {
      answer(request, response);
    }
  };
}
