export { connectNats as connect } from "../shared/nats-client.ts";
