import { type Interceptor, StatorError, untilOver } from "@stator/sdk";

/** Writes a line for each call that has ended: which, with how many items, after how long, and with what error. */
export const logging: Interceptor = (next) => (call) => {
  const since = performance.now();
  return untilOver(next(call), ({ error, items, left }) => {
    const ms = Math.round(performance.now() - since);
    const code = error instanceof StatorError ? error.code : error === null ? "ok" : "internal";
    console.log(`${call.side} ${call.path} ${left ? "left" : code} items=${items} ms=${ms}`);
  });
};
