import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace";

import type { EnvironmentReader } from "./environment-reader.ts";

const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/**
 * Which traces are kept: `OTEL_TRACES_SAMPLER` with `OTEL_TRACES_SAMPLER_ARG`, else Dynamo's `OTEL_TRACES_SAMPLE_RATIO` for
 * traces that begin here, else all. What the caller has decided counts, unless the name says otherwise.
 */
export function readSampler(environment: EnvironmentReader): Sampler {
  const name = environment.choice("OTEL_TRACES_SAMPLER", SAMPLERS);
  const ratio = () => new TraceIdRatioBasedSampler(environment.share("OTEL_TRACES_SAMPLER_ARG") ?? 1);
  switch (name) {
    case "always_on":
      return new AlwaysOnSampler();
    case "always_off":
      return new AlwaysOffSampler();
    case "traceidratio":
      return ratio();
    case "parentbased_always_on":
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case "parentbased_always_off":
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case "parentbased_traceidratio":
      return new ParentBasedSampler({ root: ratio() });
    case null:
      return new ParentBasedSampler({
        root: new TraceIdRatioBasedSampler(environment.share("OTEL_TRACES_SAMPLE_RATIO") ?? 1),
      });
  }
}
