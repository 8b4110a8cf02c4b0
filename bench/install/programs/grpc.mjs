// The same with @grpc/grpc-js, and JSON in place of protobuf, so that nothing else has to be installed.
const [task, given] = process.argv.slice(2);
const started = performance.now();
const grpc = (await import("@grpc/grpc-js")).default;

const write = (value) => Buffer.from(JSON.stringify(value));
const read = (bytes) => JSON.parse(bytes.toString());
const codec = {
  requestSerialize: write,
  requestDeserialize: read,
  responseSerialize: write,
  responseDeserialize: read,
};
const definition = { call: { path: "/Echo/call", requestStream: false, responseStream: false, ...codec } };

let port = given;
if (task !== "call") {
  const server = new grpc.Server();
  server.addService(definition, { call: ({ request }, answer) => answer(null, request.text) });
  const bound = Promise.withResolvers();
  const done = (error, value) => (error === null ? bound.resolve(value) : bound.reject(error));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), done);
  port = await bound.promise;
}
if (task === "serve") {
  console.log(`ready ${port}`);
  process.stdin.on("end", () => process.exit(0)).resume();
} else {
  const Client = grpc.makeGenericClientConstructor(definition, "Echo");
  const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  client.call({ text: "first" }, (error, answer) => {
    if (error !== null || answer !== "first") throw error ?? new Error("another answer");
    console.log(performance.now() - started);
    process.exit(0);
  });
}
