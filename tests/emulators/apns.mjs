// Apple's push service as it is met by whoever tells wallets that a pass has changed.
//
// Written down from https://developer.apple.com/documentation/usernotifications/
// sending-notification-requests-to-apns and …/handling-notification-responses-from-apns.
// It stands on Node's own HTTP/2, so that it shares no code with what it is used to try.
//
//     node apns.mjs '{"key": …, "certificate": …, "trusted": …, "topic": …, "streams": 1000}'
//
// The first line that it writes is {"port", "control"}. At `control`, in plain HTTP, it is told
// what goes wrong (POST /, see `trouble`) and asked what came (GET /).

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { constants, createSecureServer } from "node:http2";
import { randomUUID } from "node:crypto";

const settings = JSON.parse(process.argv[2]);
const TOKEN = /^(?:[0-9a-f]{2}){32,100}$/i;
const PUSH_TYPES = new Set(["alert", "background", "voip", "complication", "fileprovider", "mdm"]);
const LONGEST_BODY = 4096;
const REMEMBERED = 10_000;

const fresh = () => ({ requests: 0, accepted: 0, connections: 0, most: 0, tokens: [], last: null });
let seen = fresh();
/** What goes wrong: `dead` tokens, answers to the `next` requests, an answer to `always` give, for
 *  how long answers are held back, after how many requests a connection says goodbye. */
let trouble = {};
let open = 0;
const sessions = new Set();

const server = createSecureServer({
  key: readFileSync(settings.key),
  cert: readFileSync(settings.certificate),
  ca: readFileSync(settings.trusted),
  requestCert: true,
  rejectUnauthorized: true,
  settings: { maxConcurrentStreams: settings.streams ?? 1000 },
});

server.on("session", (session) => {
  sessions.add(session);
  seen.connections += 1;
  session.taken = 0;
  session.on("close", () => sessions.delete(session));
  session.on("error", () => {});
});

server.on("stream", (stream, headers) => {
  stream.on("error", () => {});
  const session = stream.session;
  if (!session) return; // the connection went before its stream was looked at
  open += 1;
  seen.most = Math.max(seen.most, open);
  stream.on("close", () => (open -= 1));
  session.taken += 1;
  if (trouble.goodbyeAfter && session.taken > trouble.goodbyeAfter) {
    return refuseUnprocessed(session, stream);
  }
  const parts = [];
  stream.on("data", (part) => parts.push(part));
  stream.on("end", () => answer(stream, headers, Buffer.concat(parts)));
});

/** A connection that is being given up: this stream and those after it were never looked at. */
function refuseUnprocessed(session, stream) {
  if (!session.saidGoodbye) {
    session.saidGoodbye = true;
    session.goaway(constants.NGHTTP2_NO_ERROR, stream.id - 2, Buffer.from('{"reason":"Shutdown"}'));
    setTimeout(() => session.destroy(), 1000).unref();
  }
}

function answer(stream, headers, body) {
  if (!stream.session) return; // nobody is there any more
  const token = headers[":path"].slice("/3/device/".length);
  const [status, reason, more] = judge(stream, headers, token, body);
  seen.requests += 1;
  if (seen.tokens.length < REMEMBERED) seen.tokens.push([token, status]);
  seen.last = { ...headers, body: body.toString() };
  if (status === 0) return; // never answered
  const send = () => {
    if (stream.destroyed) return;
    const told = { ":status": status, "apns-id": headers["apns-id"] ?? randomUUID().toUpperCase() };
    if (status === 200) {
      seen.accepted += 1;
      stream.respond(told, { endStream: true });
      return;
    }
    if (more?.retryAfter !== undefined) told["retry-after"] = String(more.retryAfter);
    stream.respond({ ...told, "content-type": "application/json" });
    stream.end(more?.raw ?? JSON.stringify({ reason, ...more?.body }));
  };
  if (trouble.holdMs) setTimeout(send, trouble.holdMs);
  else send();
}

function judge(stream, headers, token, body) {
  const planned = trouble.next?.shift() ?? trouble.always;
  if (planned) return [planned.status, planned.reason, planned];
  if (headers[":method"] !== "POST") return [405, "MethodNotAllowed"];
  if (!headers[":path"].startsWith("/3/device/")) return [404, "BadPath"];
  if (!token) return [400, "MissingDeviceToken"];
  if (!TOKEN.test(token)) return [400, "BadDeviceToken"];
  const topic = headers["apns-topic"];
  if (!topic) return [400, "MissingTopic"];
  if (topic !== settings.topic || topic !== topicOf(stream.session)) return [400, "TopicDisallowed"];
  if (!PUSH_TYPES.has(headers["apns-push-type"])) return [400, "InvalidPushType"];
  if (!["5", "10", "1", undefined].includes(headers["apns-priority"])) return [400, "BadPriority"];
  if (body.length === 0) return [400, "PayloadEmpty"];
  if (body.length > LONGEST_BODY) return [413, "PayloadTooLarge"];
  if (!isObject(body)) return [400, "PayloadEmpty"];
  const died = trouble.dead?.[token];
  if (died) return [410, "Unregistered", { body: { timestamp: died } }];
  return [200];
}

function isObject(body) {
  try {
    const read = JSON.parse(body);
    return typeof read === "object" && read !== null && !Array.isArray(read);
  } catch {
    return false;
  }
}

/** Whose certificate a connection was opened with; looked at once for each. */
function topicOf(session) {
  session.topic ??= session.socket.getPeerCertificate().subject?.UID ?? "";
  return session.topic;
}

const control = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    if (request.method === "POST") {
      trouble = JSON.parse(Buffer.concat(parts));
      if (trouble.forget) seen = fresh();
      if (trouble.hangUp) for (const session of sessions) session.destroy();
    }
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ...seen, open: sessions.size }));
  });
});

// Whoever started this holds its standard input: where they end, so does this.
process.stdin.resume().on("end", () => process.exit(0));
server.listen(0, "127.0.0.1", () => {
  control.listen(0, "127.0.0.1", () => {
    const where = { port: server.address().port, control: control.address().port };
    process.stdout.write(`${JSON.stringify(where)}\n`);
  });
});
