/** What each error code says about a failed call. The table is Rust's. */
export { errorCodes as ERROR_CODES } from "./generated/constants/error-codes.ts";
export type { ErrorCode } from "./generated/types/error-code.ts";
