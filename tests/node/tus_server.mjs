// A tus server that is not ours: @tus/server over a folder, on a free loopback port which it prints.
// It ends when its standard input does. Usage: node tus_server.mjs FOLDER
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";

const server = new Server({
  path: "/v1/packets",
  relativeLocation: true,
  datastore: new FileStore({ directory: process.argv[2] }),
});
const http = server.listen({ host: "127.0.0.1", port: 0 }, () => {
  process.stdout.write(`${http.address().port}\n`);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
