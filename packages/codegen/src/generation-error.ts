import { ContractError } from "@stator/contract";

/** Why nothing could be generated. */
export class GenerationError extends ContractError {}
