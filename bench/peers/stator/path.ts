/** Where the worker serves: the same path on both sides. */
export const paths = { call: "bench.worker.call", stream: "bench.worker.stream" };
