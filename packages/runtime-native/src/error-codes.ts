export type ErrorCode = keyof typeof ERROR_CODES;

export const ERROR_CODES = {
  invalid_argument: { httpStatus: 400, retryable: false },
  invalid_request: { httpStatus: 400, retryable: false },
  invalid_response: { httpStatus: 502, retryable: false },
  not_found: { httpStatus: 404, retryable: false },
  no_instances: { httpStatus: 503, retryable: true },
  unavailable: { httpStatus: 503, retryable: true },
  unknown_outcome: { httpStatus: 502, retryable: false },
  overloaded: { httpStatus: 529, retryable: true },
  deadline_exceeded: { httpStatus: 504, retryable: false },
  cancelled: { httpStatus: 499, retryable: false },
  payload_too_large: { httpStatus: 413, retryable: false },
  protocol: { httpStatus: 502, retryable: false },
  version_mismatch: { httpStatus: 502, retryable: false },
  address_in_use: { httpStatus: 500, retryable: false },
  permission_denied: { httpStatus: 403, retryable: false },
  discovery: { httpStatus: 503, retryable: true },
  shutting_down: { httpStatus: 503, retryable: true },
  addon_missing: { httpStatus: 500, retryable: false },
  internal: { httpStatus: 500, retryable: false },
} as const;
