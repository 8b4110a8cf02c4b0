export const HELP = `stator: typed services, on one process or on many

Usage:
  stator serve <file>#<Service> [options]   run a service and all that it depends on
  stator certs [folder] [options]           make certificates and a token for development
  stator --help | --version

"stator serve --help" and "stator certs --help" list the options.
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

export const CERTS_HELP = `Usage: stator certs [folder] [options]

Makes what it takes to encrypt everything between the processes of one cluster, in a folder (default stator-certs):
a certificate authority (ca.pem, ca-key.pem), a certificate for callers and workers (cert.pem, key.pem), and a token.
The certificate is for localhost, 127.0.0.1 and ::1. Only you may read the files.

  STATOR_SECURITY=stator-certs stator serve app.ts#App

Options:
  --name <host>    another name or IP address that the certificate is for; may be given several times
  --ca <folder>    sign with the authority of that folder, and take over its token: for another machine of the cluster
  --days <number>  how long the certificates are valid, 1 to 3650 (default 365)
  --force          overwrite what is there
  -h, --help       this text

For development, and for clusters without an authority of their own: ca-key.pem signs whatever it is asked to, so keep it
where the certificates are made, and copy only the other files.
`;
