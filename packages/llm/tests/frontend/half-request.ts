import { connect } from "node:net";

/** Sends the beginning of a request and never its end; what the server answers before it closes, or says that it will. */
export async function halfRequest(
  url: string,
  path: string,
  headers: Record<string, string>,
  pieces: readonly string[],
): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const answer = Promise.withResolvers<string>();
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (data: string) => {
    text += data;
    if (/\r\n\r\n\{.*\}/s.test(text)) answer.resolve(text);
  });
  socket.on("error", (error) => answer.reject(error));
  socket.on("close", () => answer.resolve(text));
  const lines = Object.entries({ host: "any", "content-type": "application/json", ...headers });
  socket.write(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
  for (const piece of pieces) socket.write(piece);
  try {
    return await answer.promise;
  } finally {
    socket.destroy();
  }
}
