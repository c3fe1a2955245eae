// The page around chat.js: one question, one answer, and a line that says how it went.
import { notice, streamChat } from "./chat.js";

const at = (id) => document.getElementById(id);
const [form, prompt, send, stop, answerBox] = ["form", "prompt", "send", "stop", "answer"].map(at);
let running = null; // the AbortController of the answer under way

async function ask() {
  const text = prompt.value.trim();
  if (running) return;
  if (!text) {
    at("status").textContent = "Type a question first.";
    prompt.focus();
    return;
  }
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(2)} s`;
  let [pieces, first] = [0, null];
  show({ busy: true });
  running = new AbortController();
  const answer = await streamChat(text, (piece) => {
    pieces += 1;
    first ??= seconds();
    const follow = answerBox.scrollHeight - answerBox.scrollTop - answerBox.clientHeight < 30; // not scrolled up
    answerBox.append(piece); // as text, never as HTML: a model's words may hold markup, its own or a stranger's
    if (follow) answerBox.scrollTop = answerBox.scrollHeight;
    at("status").textContent = told(first, pieces, seconds());
  }, { signal: running.signal });
  running = null;
  show({ busy: false, answer, status: `${told(first, pieces, seconds())} · ${answer.ending}` });
}

const told = (first, pieces, total) =>
  `${first ? `first text after ${first}` : "no text"} · ${pieces} ${pieces === 1 ? "piece" : "pieces"} · ${total} in all`;

/** A fresh answer when it begins, and its ending when it ends. A button is never disabled: it may hold the focus. */
function show({ busy, answer, status = "Waiting for the first text." }) {
  if (busy) answerBox.textContent = "";
  answerBox.setAttribute("aria-busy", busy); // a screen reader reads the answer once, when it is there
  send.setAttribute("aria-disabled", busy);
  stop.setAttribute("aria-disabled", !busy);
  at("badge").hidden = !answer?.id?.includes("CONSTRUCTED");
  at("notice").textContent = answer ? notice(answer) : "";
  at("status").textContent = status;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
prompt.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
document.addEventListener("keydown", (event) => event.key === "Escape" && running?.abort());
stop.addEventListener("click", () => running?.abort());
