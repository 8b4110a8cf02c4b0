import { readFileSync } from "node:fs";

/** A registry on loopback that has one package, for what asks a registry whatever it is told. */
export class PackageRegistry implements Disposable {
  private constructor(private readonly server: Bun.Server<undefined>) {}

  /** Serves what `bun pm pack` has written. */
  static async open(tarball: string): Promise<PackageRegistry> {
    const bytes = readFileSync(tarball);
    const packed = (await new Bun.Archive(bytes).files()).get("package/package.json");
    const manifest = (await packed?.json()) as { name: string; version: string };
    const integrity = `sha512-${new Bun.CryptoHasher("sha512").update(bytes).digest("base64")}`;
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch({ url }) {
        const path = decodeURIComponent(new URL(url).pathname).slice(1);
        if (path === "package.tgz") return new Response(bytes);
        if (path !== manifest.name) return Response.json({ error: "not found" }, { status: 404 });
        const version = { ...manifest, dist: { tarball: new URL("/package.tgz", url).href, integrity } };
        const { name } = manifest;
        return Response.json({
          name,
          "dist-tags": { latest: version.version },
          versions: { [version.version]: version },
        });
      },
    });
    return new PackageRegistry(server);
  }

  /** What makes Bun ask it, and keep what it got in `folder`: a cache knows a package by its version. */
  environment(folder: string): Record<string, string> {
    return {
      BUN_CONFIG_REGISTRY: this.server.url.href,
      BUN_INSTALL_CACHE_DIR: folder,
      BUN_TMPDIR: folder,
      TMPDIR: folder,
    };
  }

  [Symbol.dispose](): void {
    void this.server.stop(true);
  }
}
