// The same chat as a React component. What a component adds: state that React draws, and an end when it goes away.
import * as React from "react";
import { notice, streamChat } from "./chat.js";

const { useEffect, useRef, useState } = React;

export default function ReactChat({ url }) {
  const [prompt, setPrompt] = useState("");
  const [text, setText] = useState("");
  const [answer, setAnswer] = useState(null); // null until it has ended
  const running = useRef(null); // the AbortController of the answer under way
  const [busy, setBusy] = useState(false);
  const [hint, setHint] = useState("");

  useEffect(() => () => running.current?.abort(), []); // unmounted: nobody reads on, so nobody should write on

  async function ask(event) {
    event.preventDefault();
    if (busy) return;
    if (!prompt.trim()) return setHint("Type a question first.");
    const controller = (running.current = new AbortController());
    setBusy(true);
    setHint("");
    setText("");
    setAnswer(null);
    const ended = await streamChat(prompt, (_, textSoFar) => setText(textSoFar), { signal: controller.signal, url });
    setAnswer(ended);
    setBusy(false);
  }

  function onKey(event) {
    if (event.key === "Escape") running.current?.abort();
    if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) ask(event);
  }

  return (
    <form className="react-chat" onSubmit={ask} data-lm-suppress-shortcuts="true">
      <label>
        Your question
        <textarea rows={2} maxLength={4000} value={prompt} onChange={(e) => setPrompt(e.target.value)} onKeyDown={onKey} />
      </label>
      <div>
        <button aria-disabled={busy}>Send</button>{" "}
        <button type="button" aria-disabled={!busy} onClick={() => running.current?.abort()}>Stop</button>{" "}
        {answer?.id?.includes("CONSTRUCTED") && <em>constructed reply: no model wrote this</em>}
      </div>
      <output aria-live="polite" aria-busy={busy}>{text}</output>
      <p role="status">{busy ? "Writing ..." : hint || (answer ? notice(answer) || "Complete." : "Nothing asked yet.")}</p>
    </form>
  );
}
