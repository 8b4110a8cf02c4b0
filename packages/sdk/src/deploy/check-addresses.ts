import { UsageError } from "../cli/usage-error.ts";
import type { DeployOptions } from "./deployment.ts";
import { checkNoPassword } from "./secrets.ts";

/** Refuses addresses of servers that will not do where the graph runs. */
export function checkAddresses({ etcd, nats, rendering }: DeployOptions): void {
  checkNoPassword("--etcd", etcd, "say --env ETCD_AUTH_USERNAME=... --secret ETCD_AUTH_PASSWORD");
  checkNoPassword("--nats", nats, "say --env NATS_AUTH_USERNAME=... --secret NATS_AUTH_PASSWORD");
  checkEach("--etcd", etcd, /^https?:$/, "http://etcd.internal:2379", rendering);
  checkEach("--nats", nats, /^(?:nats|tls):$/, "nats://nats.internal:4222", rendering);
}

function checkEach(flag: string, addresses: string | null, schemes: RegExp, example: string, rendering: string): void {
  for (const each of addresses?.split(",") ?? []) {
    const url = URL.parse(each.trim());
    if (url === null || !schemes.test(url.protocol) || url.hostname === "") {
      throw new UsageError(`${flag}: "${each}" is no address; write ${example}, several with commas between them.`);
    }
    if (rendering === "systemd" || !/^(?:localhost|127\.|\[::1\])/.test(url.hostname)) continue;
    throw new UsageError(
      `${flag}: ${url.hostname} is the container itself there; give an address that containers reach.`,
    );
  }
}
