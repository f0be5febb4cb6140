import { create, type DescMessage } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import type { Interceptor } from "@connectrpc/connect";
import { createValidateInterceptor } from "@connectrpc/validate";

export interface Validation {
  /** Holds requests to the rules in their protos. */
  readonly interceptor: Interceptor;
  /** The first validation in a process takes some 80 ms. A rule that does not compile stops the start, not a caller. */
  warm(inputs: Iterable<DescMessage>): void;
}

export function createValidation(): Validation {
  const validator = createValidator();
  return {
    interceptor: createValidateInterceptor({ validator }),
    warm(inputs) {
      for (const input of new Set(inputs)) {
        const result = validator.validate(input, create(input));
        if (result.kind === "error") throw result.error;
      }
    },
  };
}
