// A tus client that is not ours: tus-js-client uploads one file and prints how often it had to go on.
// Usage: node tus_upload.mjs ENDPOINT FILE SHA256 PACKET_ID CHUNK   (the kiosk's token on standard input)
import { readFileSync } from "node:fs";
import { Upload } from "tus-js-client";

const [endpoint, file, sha256, packetId, chunk] = process.argv.slice(2);
const token = readFileSync(0, "utf8").trim();
let retries = 0;
const upload = new Upload(readFileSync(file), {
  endpoint,
  chunkSize: Number(chunk),
  retryDelays: Array(60).fill(5),
  headers: { Authorization: `Bearer ${token}` },
  metadata: { sha256, packet_id: packetId },
  onShouldRetry: () => {
    retries += 1;
    return true;
  },
  onError: (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
  onSuccess: () => {
    process.stdout.write(`${retries}\n`);
    process.exit(0);
  },
});
upload.start();
