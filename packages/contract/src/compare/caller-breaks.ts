import { type ContractSide, errorName, messageBreaks } from "./message-breaks.ts";

/**
 * What goes wrong when a caller calls a service that was built with another document, one sentence each; none when they
 * understand each other. Throws a ContractError for documents that cannot be compared.
 */
export function callerBreaks(caller: ContractSide, service: ContractSide): string[] {
  const [ours, theirs] = [caller.endpoint, service.endpoint];
  if (ours.kind !== theirs.kind) {
    return [`the caller expects a ${ours.kind} endpoint, the service has a ${theirs.kind} one`];
  }
  const breaks = messageBreaks(caller, service);
  const [known, declared] = [errorName(ours), errorName(theirs)];
  // One that only one side declares is seen as an error with a code that is new.
  if (known !== null && declared !== null && known !== declared) {
    breaks.push(`the caller knows the error ${known}, the service declares ${declared}`);
  }
  if (ours.idempotent && !theirs.idempotent) {
    breaks.push("the caller may repeat a call that the service must not run twice");
  }
  return breaks;
}
