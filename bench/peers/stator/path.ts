/** Where the worker serves: the same paths on both sides. */
export const paths = { call: "bench.worker.call", stream: "bench.worker.stream", bytes: "bench.worker.bytes" };
