/**
 * Settings under which programs of the original find each other through files and talk over TCP on this machine only:
 * no server has to run, and nothing listens beyond loopback.
 *
 * @param version of the wheel; versions before 1.6 want the name of an interface in one place.
 * @param folder of file discovery; it is made when it is not there.
 */
export function loopback(version: string, folder: string): Record<string, string> {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const takesAddress = major > 1 || (major === 1 && minor >= 6);
  return {
    DYN_DISCOVERY_BACKEND: "file",
    DYN_FILE_KV: folder,
    DYN_REQUEST_PLANE: "tcp",
    DYN_TCP_RPC_HOST: "127.0.0.1",
    DYN_TCP_RESPONSE_STREAM_HOST: takesAddress ? "127.0.0.1" : "lo",
  };
}
