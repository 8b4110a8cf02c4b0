/** Serves two endpoints until a signal ends it. */
import { type Context, DistributedRuntime, StatorError } from "@stator/runtime-native";

async function* split(request: { text: string }, context: Context) {
  if (request.text === "") throw new StatorError("invalid_argument", "the text is empty");
  console.log(`call ${context.id} of ${context.metadata["tenant"]}`);
  for (const [index, word] of request.text.split(/\s+/).entries()) yield { index, word };
}

async function* count() {
  try {
    for (let number = 0; ; number++) yield number; // ends here when the call does
  } finally {
    console.log("the caller wants no more");
  }
}

const runtime = await DistributedRuntime.create({ discovery: "file", requestPlane: "tcp" });
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void runtime.shutdown());
const served = await Promise.all([
  runtime.endpoint("from-python.words.split").serveEndpoint(split),
  runtime.endpoint("from-python.words.count").serveEndpoint(count),
]);
await Promise.all(served.map((endpoint) => endpoint.closed));
console.log("all served");
