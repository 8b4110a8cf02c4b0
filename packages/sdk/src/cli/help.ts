export const HELP = `stator: typed services, on one process or on many

Usage:
  stator serve <file>#<Service> [options]   run a service and all that it depends on
  stator --help | --version

"stator serve --help" lists the options.
`;

export const SERVE_HELP = `Usage: stator serve <file>#<Service> [options]

Runs the service and everything that it depends on, each in processes of its own.
#<Service> may be left out where the file exports one service only.
Prints "ready <url>" when every service is registered and HTTP is open. Ctrl-C drains; a second one forces.

Options:
  --<Service>.workers=N   processes for that service (default: its decorator's, else 1)
  --<Service>.port=N      HTTP port of that service
  --only <Service>        run this service only; may be given several times
  --in-process            run everything in one process, one worker a service, without the network
  --host <address>        where HTTP listens (default 127.0.0.1; environment DYN_HTTP_HOST)
  --port <port>           HTTP port, 0 for any (default 8000; environment DYN_HTTP_PORT)
  --discovery <back end>  file, memory or etcd (environment DYN_DISCOVERY_BACKEND; etcd if ETCD_ENDPOINTS is set)
  --file-path <folder>    folder of file discovery (environment DYN_FILE_KV)
  --drain-ms <time>       time for open calls to end when stopping (default 10000)
  --ready-file <path>     also writes address, process ids and instance ids there, as JSON
  -h, --help              this text

Exit codes: 0 stopped as asked, 1 could not start or nothing is left, 2 wrong usage, 130 and 143 forced by a second signal.
`;
