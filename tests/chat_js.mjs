// Runs chat.js in Node for tests/test_chat_js.py: one job as JSON on stdin, one answer as JSON on stdout.
import { readFileSync } from "node:fs";

const job = JSON.parse(readFileSync(0, "utf-8"));
const chat = await import(`data:text/javascript;base64,${Buffer.from(job.source).toString("base64")}`);

const parse = (pieces) => {
  const parser = new chat.SSEParser();
  return [...pieces.flatMap((piece) => parser.feed(piece)), ...parser.end()];
};
const cutAt = (bytes, places) => [0, ...places].map((place, k) => bytes.subarray(place, [...places, bytes.length][k]));
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** What a stream parses to, and every way of cutting it that parses to something else. */
function everyCut({ base64, cuts }) {
  const bytes = new Uint8Array(Buffer.from(base64, "base64"));
  const whole = parse([bytes]);
  const single = Array.from(bytes.keys()).slice(1);
  const ways = [...single.map((place) => [place]), single, ...cuts];
  const text = Buffer.from(bytes).toString("utf-8");
  const wrong = ways.filter((places) => !same(whole, parse(cutAt(bytes, places))));
  const asText = same(whole, parse([text])) && same(whole, parse(Array.from(text)));
  return { whole, wrong, asText, ways: ways.length };
}

async function talk({ url, prompt, abortAfter, throwAfter, abortAfterMs, html, sse }) {
  if (sse) globalThis.fetch = async () => new Response(sse, { headers: { "Content-Type": "text/event-stream" } });
  if (html) globalThis.fetch = async () => new Response("<h1>Log in</h1>", { headers: { "Content-Type": "text/html" } });
  const controller = new AbortController();
  if (abortAfterMs) setTimeout(() => controller.abort(), abortAfterMs);
  const pieces = [];
  const asked = chat.streamChat(prompt, (piece) => {
    pieces.push(piece);
    if (pieces.length === throwAfter) throw new Error("our own bug");
    if (pieces.length === abortAfter) controller.abort();
  }, { url, signal: controller.signal });
  const answer = await asked.catch((error) => ({ text: "", ending: "rejected", stopReason: error.message }));
  return { answer, pieces, notice: chat.notice(answer) };
}

const result = job.streams ? job.streams.map(everyCut) : await talk(job);
console.log(JSON.stringify(result));
