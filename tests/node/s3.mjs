// An object store that speaks as Amazon S3 does and holds every request against its signature.
//
//     node s3.mjs FOLDER BUCKET
//
// The first line that it writes is its port. Its keys are S3RVER and S3RVER.

import S3rver from "s3rver";

const [directory, name] = process.argv.slice(2);
const server = new S3rver({
  address: "127.0.0.1",
  port: 0,
  silent: true,
  directory,
  configureBuckets: [{ name }],
});

// Whoever started this holds its standard input: where they end, so does this.
process.stdin.resume().on("end", () => process.exit(0));
const { port } = await server.run();
process.stdout.write(`${port}\n`);
