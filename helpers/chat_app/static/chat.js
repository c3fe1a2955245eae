// The browser's side of a chat: send a prompt, show the answer while it is written, and know how it ended.
// No framework and no dependency; the page and the React component both use this file.
//
//   const answer = await streamChat("Where is my order?", (piece) => show(piece), { signal });
//   answer.ending    // "complete" | "truncated" | "failed" | "cut" | "aborted"

/** Turns a stream into events, wherever the network cuts it: inside a character, a word, or a line end. */
export class SSEParser {
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true }); // keeps half a character until its rest comes
  #started = false;
  #line = ""; // a line that has not ended yet
  #afterCR = false;
  #type = "";
  #data = [];

  /** The events that *chunk* (bytes, or text) completes: {event, data}. The rules are WHATWG HTML 9.2.6. */
  feed(chunk) {
    const text = typeof chunk === "string" ? chunk : this.#decoder.decode(chunk, { stream: true });
    const ends = this.#lines(text);
    const rest = ends.pop();
    const events = [];
    for (const end of ends) {
      const event = this.#take(this.#line + end);
      this.#line = "";
      if (event) events.push(event);
    }
    this.#line += rest;
    return events;
  }

  /** The stream ended: what has no blank line after it is no event, so nothing comes of it. */
  end() {
    this.#decoder.decode();
    this.#line = "";
    this.#data = [];
    return [];
  }

  #lines(text) {
    if (text && !this.#started) {
      this.#started = true;
      text = text.replace(/^\uFEFF/, "");
    }
    if (text && this.#afterCR) {
      this.#afterCR = false;
      text = text.replace(/^\n/, ""); // the second half of a CRLF that was cut in two
    }
    if (text) this.#afterCR = text.endsWith("\r");
    return text.split(/\r\n|\r|\n/);
  }

  #take(line) {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon); // a comment has an empty name
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    if (name === "event") this.#type = value;
    return null; // id and retry are for reconnecting, which a chat does not do
  }

  #dispatch() {
    const event = this.#data.length ? { event: this.#type || "message", data: this.#data.join("\n") } : null;
    this.#type = "";
    this.#data = [];
    return event;
  }
}

/**
 * Ask, and call onDelta(piece, textSoFar) for each piece of the answer.
 * Resolves, whatever happens to the stream, to {text, ending, stopReason, usage, id, error}; error is {type, message,
 * retryable}. Only what onDelta throws comes out as it is: the stream is then closed, as after an abort.
 */
export async function streamChat(prompt, onDelta = () => {}, { signal, url = "chat" } = {}) {
  const answer = { text: "", ending: "cut", stopReason: null, usage: null, id: null, error: null };
  const broken = new AbortController(); // our own reader failed: the model should stop for that, too
  const either = AbortSignal.any(signal ? [signal, broken.signal] : [broken.signal]);
  for await (const { event, ...fields } of ask(prompt, url, either)) {
    if (event === "delta") {
      if (typeof fields.text !== "string") continue;
      answer.text += fields.text;
      try {
        onDelta(fields.text, answer.text);
      } catch (error) {
        broken.abort();
        throw error;
      }
    } else if (event === "done") {
      const { complete, stop_reason: stopReason, usage, id } = fields;
      return { ...answer, ending: complete ? "complete" : "truncated", stopReason, usage, id };
    } else if (event === "error") {
      return { ...answer, ending: fields.type === "cut" ? "cut" : "failed", error: fields };
    } else {
      return { ...answer, ending: "aborted" };
    }
  }
  return answer; // the stream ended, and nobody said that it was over: what came is a part
}

/** What to tell the reader of an answer that is not whole; "" where it is. */
export function notice({ text, ending, stopReason, error }) {
  if (ending === "complete") return "";
  if (ending === "aborted") return text ? "Stopped. What had come stays here." : "Stopped before any text came.";
  if (error) return `Not complete. ${error.message}`;
  if (ending === "cut") return "Not complete. The answer broke off before its end. Try again.";
  if (stopReason === "max_tokens") return "Not complete. The answer reached its length limit.";
  return `Not complete. The model stopped early (${stopReason}).`;
}

/** Every event of the answer; a refusal and a broken connection become an "error" event, a stop "aborted". */
async function* ask(prompt, url, signal) {
  const id = newId();
  const leave = () => sayGoodbye(url, id);
  signal?.addEventListener("abort", leave);
  globalThis.addEventListener?.("pagehide", leave); // the tab is closed, or the notebook's output cleared
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "text/event-stream", // exactly this: jupyter-server-proxy hands on nothing else piece by piece
        "X-Chat-Id": id,
      },
      body: JSON.stringify({ prompt }),
      signal,
    });
    if (isStream(response)) yield* events(response.body, signal);
    else yield { ...(await reasonOf(response)), event: "error" };
  } catch {
    if (signal?.aborted) yield { event: "aborted" };
    else yield { event: "error", type: "connection", message: "The connection to the chat was lost. Try again.", retryable: true };
  } finally {
    signal?.removeEventListener("abort", leave);
    globalThis.removeEventListener?.("pagehide", leave);
  }
}

const OURS = ["delta", "done", "error"]; // any other event is for a newer page than this one

async function* events(body, signal) {
  const parser = new SSEParser();
  const reader = body.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return parser.end();
      for (const { event, data } of parser.feed(value)) {
        signal?.throwIfAborted();
        if (OURS.includes(event)) yield { ...JSON.parse(data), event };
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // also when our reader stops early: nothing stays open
  }
}

// A refusal (422, 429 ...) is JSON, and a proxy's log-in page is HTML with status 200: neither is an answer.
const isStream = (response) => response.ok && (response.headers.get("Content-Type") ?? "").startsWith("text/event-stream");

async function reasonOf(response) {
  const said = await response.json().catch(() => null);
  if (typeof said?.message === "string") return { ...said, status: response.status };
  const message = `The server answered ${response.status}, and no stream. Is the chat still running?`;
  return { type: "http", message, retryable: response.status >= 500, status: response.status };
}

// Aborting closes our connection, and a server at its other end notices. One behind a proxy may not.
const sayGoodbye = (url, id) =>
  fetch(url, { method: "DELETE", headers: { "X-Chat-Id": id }, keepalive: true }).catch(() => {});

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
