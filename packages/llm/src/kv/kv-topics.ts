/** Topic of an engine's endpoint: lists of `RouterEvent`. */
export const KV_EVENTS = "kv-events";

/** Topic of an engine's endpoint: `ActiveLoad`. */
export const KV_METRICS = "kv_metrics";
