const COUNT = 256;

/** A value of ten fields, as JSON. */
export const orders: readonly string[] = Array.from({ length: COUNT }, (_, index) =>
  JSON.stringify({
    id: index * 16_777_216,
    customer: `Customer ${index}`,
    email: `customer-${index}@example.com`,
    quantity: index,
    price: index / 8,
    paid: index % 2 === 0,
    note: index % 3 === 0 ? null : "Please ring twice; the bell is old and quiet.",
    tags: ["new", "export", `lot-${index}`].slice(0, index % 4),
    priority: ["quick", "very-careful", "OFF"][index % 3],
    discount: -index,
  }),
);

/** One item of a stream of tokens, as JSON. */
export const tokens: readonly string[] = Array.from({ length: COUNT }, (_, index) =>
  JSON.stringify({
    index,
    tokenId: index * 509,
    text: index % 5 === 0 ? "\u00fcber" : " word",
    logProbability: index % 2 === 0 ? -index / 16 : null,
    finish: index === COUNT - 1 ? "stop" : null,
  }),
);
