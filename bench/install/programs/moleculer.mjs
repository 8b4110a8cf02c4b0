// The same with moleculer and its own transport over TCP, with the addresses of both given, so that nothing is broadcast.
const [task, ports] = process.argv.slice(2);
const started = performance.now();
const { ServiceBroker } = (await import("moleculer")).default;

const [server, caller] = (ports ?? "").split(",");
const urls = { server: `127.0.0.1:${server}`, caller: `127.0.0.1:${caller}` };
const tcp = { type: "TCP", options: { udpDiscovery: false, urls, port: Number(task === "serve" ? server : caller) } };
const broker = new ServiceBroker({
  nodeID: task === "serve" ? "server" : "caller",
  logger: false,
  ...(task === "here" ? {} : { transporter: tcp }),
});
if (task !== "call") broker.createService({ name: "echo", actions: { call: ({ params }) => params.text } });
await broker.start();
if (task === "serve") {
  console.log("ready");
  process.stdin.on("end", () => process.exit(0)).resume();
} else {
  await broker.waitForServices("echo", 30_000, 5);
  if ((await broker.call("echo.call", { text: "first" })) !== "first") throw new Error("another answer");
  console.log(performance.now() - started);
  process.exit(0);
}
