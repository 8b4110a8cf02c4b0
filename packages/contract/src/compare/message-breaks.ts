import type { Endpoint } from "../document.ts";
import type { Model } from "../model/model.ts";
import { Effort } from "./effort.ts";
import { findMisfits } from "./find-misfits.ts";

/** An endpoint as one side knows it. */
export type ContractSide = {
  readonly model: Model;
  readonly endpoint: Endpoint;
};

/**
 * Which messages a caller and a service with different documents do not understand of each other, one sentence each. The
 * caller writes requests, and reads responses and declared errors.
 */
export function messageBreaks(caller: ContractSide, service: ContractSide): string[] {
  const effort = new Effort();
  const [ours, theirs] = [caller.endpoint, service.endpoint];
  const request = findMisfits(caller.model, ours.input, service.model, theirs.input, effort);
  const response = findMisfits(service.model, theirs.output, caller.model, ours.output, effort);
  const error =
    ours.error === undefined || theirs.error === undefined || errorName(ours) !== errorName(theirs)
      ? []
      : findMisfits(service.model, theirs.error, caller.model, ours.error, effort);
  return [...sentences("request", request), ...sentences("response", response), ...sentences("error", error)];
}

/** The name by which callers know the error that an endpoint declares; null if it declares none. */
export function errorName({ error }: Endpoint): string | null {
  return error?.kind === "ref" ? error.name : null;
}

function sentences(part: string, misfits: ReturnType<typeof findMisfits>): string[] {
  return misfits.map(({ path, reason }) => `${part}${path === "" ? "" : ` ${path}`}: ${reason}`);
}
