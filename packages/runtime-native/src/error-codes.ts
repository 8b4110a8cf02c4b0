import { errorCodes } from "./generated/constants/error-codes.ts";
import type { ErrorCodeFacts } from "./generated/types/error-code-facts.ts";
import type { ErrorCode } from "./generated/types/error-code.ts";

/** Every error code with what there is to know about it. The list is Rust's, and closed. */
export const ERROR_CODES: Readonly<Record<ErrorCode, Readonly<ErrorCodeFacts>>> = errorCodes;
export type { ErrorCode, ErrorCodeFacts };
