import { PEERS } from "./peer-list.ts";

const peers = Object.entries(PEERS)
  .map(([name, { title }]) => `  ${name.padEnd(16)} ${title}`)
  .join("\n");

export const help = `Usage: bun run bench [options]

Calls another process over loopback, through Stator and through raw Bun sockets, side by side, and says how the ratios
stand to the goals. Without options it measures all but core and soak, beside raw sockets, which takes about 20 minutes.

What is measured:
  --only KINDS         some of these, with commas between them:
                         unary       calls: 1, 16 and 128 at once
                         stream      streams of 1,000 items, read item by item: 1, 16 and 64 at once
                         batches     the same read as arrays, of peers that have such a thing
                         bytes       payloads of 64 KiB and 1 MiB there and back, of peers that take bytes
                         start       a new process until its first call is answered
                         idle        processor and memory of processes that do nothing
                         growth      the cost of a call with up to 1,000 instances, beside raw sockets, and with up to 10,000 open streams
                         workers     a service with one, two and four workers
                         validators  generated validators beside zod, valibot, typebox and ajv
                         crossing    what it costs to go from JavaScript to Rust and back
                         core        the core in Rust: codec, multiplexer, routers, discovery; compiles it; only when
                                     asked for
                         soak        memory over 10 million calls and 100 million items; only when asked for
  --at 1,16,128        how many calls or streams at once, in place of the above
  --peers a,b          which peers, the baseline first; "all" for every one, "default" for raw and those of Stator
  --peer a             the same as --peers raw,a

How long, and how exactly:
  --quick              one round of short points: a look, not a figure
  --rounds N           rounds, of which the median counts (default: 3; with --quick 1)
  --foreign-limit P    repeat a round when other programs kept more than P processors busy (default: 0.25)
  --repeats N          how often at most (default: 2; with --quick 0)

What comes out:
  --json FILE          write the result as JSON; - for standard output, which then has nothing else
  --plot FILE          draw the calls and the streams as SVG
  --gate               measure what is compared with raw sockets and with ourselves, and end with exit code 1 when a ratio is
                       below its floor (bench/goals/goals.ts), also when it is measured again
  -h, --help           this text

Peers, each a folder of bench/peers:
${peers}

Those of npm are installed into bench/peers/npm when one of them is asked for, the original in Python below .stator; the
one in Rust is compiled.
`;
