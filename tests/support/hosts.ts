import type { ServerPlace } from "../../scripts/lib/servers/server-place.ts";
import { Command } from "./command.ts";
import { Namespace } from "./network-namespace.ts";

/** Where the hosts' addresses come from; nobody else sees them. */
const NET = "10.77";

/** A machine of a small network, with an address of its own. Its processes end with the test. */
export class Host implements ServerPlace {
  constructor(
    readonly address: string,
    /** Its port at the router. */
    readonly port: string,
    readonly namespace: Namespace,
    private readonly commands: AsyncDisposableStack,
  ) {}

  /** Has the kernel end what runs here with the test, however that ends. */
  get enter(): readonly string[] {
    return [...this.namespace.enter, "setpriv", "--pdeathsig", "KILL", "--"];
  }

  /** Runs a Bun script of the repository here. */
  command(argv: readonly string[], environment: Record<string, string> = {}): Command {
    const [program = "", ...rest] = [...this.enter, process.execPath, ...argv];
    return this.commands.use(new Command(rest, environment, program));
  }
}

/**
 * Hosts behind one router, each in a network namespace, and what can go wrong between them.
 *
 * The namespaces have no names: they go with the processes that hold them, and these with the test. It needs Linux with
 * `ip`, `unshare`, `nsenter` and `setpriv`, and root or namespaces for everybody; without them the test fails.
 */
export class Hosts implements AsyncDisposable {
  private constructor(
    private readonly router: Namespace,
    readonly all: readonly Host[],
    private readonly stack: AsyncDisposableStack,
  ) {}

  static async start(count: number): Promise<Hosts> {
    const stack = new AsyncDisposableStack();
    try {
      const router = stack.use(await Namespace.create());
      await router.run(["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
      const all: Host[] = [];
      for (let n = 1; n <= count; n++) {
        const namespace = stack.use(await Namespace.create(router));
        const commands = stack.use(new AsyncDisposableStack());
        const host = new Host(`${NET}.${n}.2`, `port${n}`, namespace, commands);
        await router.ip(`link add ${host.port} type veth peer name eth0 netns ${namespace.pid}`);
        await router.ip(`addr add ${NET}.${n}.1/24 dev ${host.port}`, `link set ${host.port} up`);
        await namespace.ip(
          `addr add ${host.address}/24 dev eth0`,
          ...["link set lo up", "link set eth0 up", `route add default via ${NET}.${n}.1`],
        );
        all.push(host);
      }
      return new Hosts(router, all, stack);
    } catch (error) {
      await stack.disposeAsync();
      throw error;
    }
  }

  /** From now on whatever one host sends to the other is lost, without a word to anybody. */
  async lose(from: Host, to: Host): Promise<void> {
    await this.router.ip(`rule add from ${from.address} to ${to.address} blackhole`);
  }

  /** It arrives again. */
  async carry(from: Host, to: Host): Promise<void> {
    await this.router.ip(`rule del from ${from.address} to ${to.address} blackhole`);
  }

  /** Pulls the cable of a host: it has no carrier, and the router tells others that it is not to be reached. */
  async unplug(host: Host): Promise<void> {
    await this.router.ip(`link set ${host.port} down`);
  }

  async plug(host: Host): Promise<void> {
    await this.router.ip(`link set ${host.port} up`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.disposeAsync();
  }
}
