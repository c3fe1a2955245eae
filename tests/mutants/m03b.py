"""Lesson 03b's planted bugs."""

from __future__ import annotations

import asyncio
import json
import re

from tests.mutants import mutant, right

# ---- 03b-1: one event as bytes

def _event(event, payload):
    return f"event: {event}\ndata: {payload}\n\n".encode()


@right("03b-1")
def with_the_course_s_encoder(event, data):
    from helpers.sse import encode

    return encode({"text": data}, event=event)


@right("03b-1")
def with_crlf_and_data_first(event, data):
    lines = [f'data:{json.dumps({"text": data}, ensure_ascii=False)}', f"event:{event}", "", ""]
    return "\r\n".join(lines).encode("utf-8")


@right("03b-1")
def on_many_lines(event, data):
    lines = json.dumps({"text": data}, indent=2).split("\n")
    return b"".join([b": ours\n", b"event: ", event.encode(), b"\n", *(f"data: {line}\n".encode() for line in lines),
                     b"\n"])


@right("03b-1")
def into_a_buffer(event, data):
    import io

    out = io.BytesIO()
    out.write(b"id: 7\nevent: %b\n" % event.encode())
    out.write(b"data: " + json.dumps({"text": data}, separators=(",", ":")).encode("ascii") + b"\n\n")
    return bytearray(out.getvalue())


@right("03b-1")
def with_pydantic(event, data):
    from pydantic import TypeAdapter

    return b"event: " + event.encode() + b"\ndata: " + TypeAdapter(dict).dump_json({"text": data}) + b"\n\n"


@mutant("03b-1", "raw-text")
def the_text_itself(event, data):
    return _event(event, data)


@mutant("03b-1", "raw-text")
def a_data_line_for_each(event, data):
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"event: {event}\n{lines}\n".encode()


@mutant("03b-1", "raw-text")
def line_ends_as_two_characters(event, data):
    return _event(event, data.replace("\n", "\\n").replace("\r", "\\r"))


@mutant("03b-1", "not-bytes")
def a_str(event, data):
    return _event(event, json.dumps({"text": data})).decode()


@mutant("03b-1", "not-bytes")
def a_dict(event, data):
    return {"event": event, "data": {"text": data}}


@mutant("03b-1", "no-blank-line")
def one_line_end(event, data):
    return f"event: {event}\ndata: {json.dumps({'text': data})}\n".encode()


@mutant("03b-1", "no-blank-line")
def no_line_end(event, data):
    return f"event: {event}\ndata: {json.dumps({'text': data})}".encode()


@mutant("03b-1", "no-data")
def no_line_ends_in_a_raw_text(event, data):
    return rf"event: {event}\ndata: {json.dumps({'text': data})}\n\n".encode()


@mutant("03b-1", "no-data")
def json_alone(event, data):
    return json.dumps({"event": event, "text": data}).encode() + b"\n\n"


@mutant("03b-1", "no-name")
def data_alone(event, data):
    return f"data: {json.dumps({'text': data})}\n\n".encode()


@mutant("03b-1", "other-name")
def always_a_delta(event, data):
    return _event("delta", json.dumps({"text": data}))


@mutant("03b-1", "several")
def a_blank_line_between(event, data):
    return f"event: {event}\ndata: {json.dumps({'text': data})}\n\ndata: {json.dumps({'text': data})}\n\n".encode()


@mutant("03b-1", "run-together")
def data_behind_the_blank_line(event, data):
    return _event(event, json.dumps({"text": data})) + b"data: end\n"


@mutant("03b-1", "bom")
def in_utf_8_with_a_mark(event, data):
    return f"event: {event}\ndata: {json.dumps({'text': data})}\n\n".encode("utf-8-sig")


@mutant("03b-1", "twice")
def json_in_json(event, data):
    return _event(event, json.dumps(json.dumps({"text": data})))


@mutant("03b-1", "bare-text")
def the_text_as_json(event, data):
    return _event(event, json.dumps(data))


@mutant("03b-1", "other-object")
def another_key(event, data):
    return _event(event, json.dumps({"delta": data}))


@mutant("03b-1", "other-object")
def the_name_in_the_object(event, data):
    return _event(event, json.dumps({"event": event, "text": data}))


@mutant("03b-1", "python")
def a_dict_as_python_writes_it(event, data):
    return _event(event, {"text": data})


@mutant("03b-1", "lines-lost")
def with_an_indent(event, data):
    return _event(event, json.dumps({"text": data}, indent=2))


@mutant("03b-1", "not-escaped")
def json_by_hand(event, data):
    return _event(event, '{"text": "' + data.replace("\n", "\\n").replace("\r", "\\r") + '"}')


@mutant("03b-1", "lines-lost")
def json_by_hand_with_line_ends(event, data):
    return _event(event, '{"text": "' + data + '"}')


@mutant("03b-1", "json-by-line")
def an_object_for_each_line(event, data):
    lines = "".join(f"data: {json.dumps({'text': line})}\n" for line in data.split("\n"))
    return f"event: {event}\n{lines}\n".encode()


@mutant("03b-1", "raw-text")
def in_base_64(event, data):
    import base64

    return _event(event, base64.b64encode(data.encode()).decode())


@mutant("03b-1", "encoding")
def in_latin_1(event, data):
    return f"event: {event}\ndata: {json.dumps({'text': data}, ensure_ascii=False)}\n\n".encode("latin-1", "replace")


@mutant("03b-1", "encoding")
def in_strict_ascii(event, data):
    return f"event: {event}\ndata: {json.dumps({'text': data}, ensure_ascii=False)}\n\n".encode("ascii")


@mutant("03b-1", "encoding")
def in_utf_16(event, data):
    return f"event: {event}\ndata: {json.dumps({'text': data})}\n\n".encode("utf-16")


@mutant("03b-1", "encoding")
def leaves_out_what_is_not_ascii(event, data):
    return _event(event, json.dumps({"text": data.encode("ascii", "ignore").decode()}))


@mutant("03b-1", "spaces")
def strips(event, data):
    return _event(event, json.dumps({"text": data.strip()}))


@mutant("03b-1", "spaces")
def line_ends_become_lf(event, data):
    return _event(event, json.dumps({"text": data.replace("\r\n", "\n").replace("\r", "\n")}))


@mutant("03b-1", "spaces")
def a_line_by_splitlines(event, data):
    return _event(event, json.dumps({"text": "\n".join(data.splitlines())}))


@mutant("03b-1", "changed")
def done_means_done(event, data):
    return _event(event, json.dumps({"text": "" if data == "[DONE]" else data}))


@mutant("03b-1", "nothing")
def nothing_for_no_text(event, data):
    return _event(event, json.dumps({"text": data})) if data else b""


# ---- 03b-2: a parser for every cut

LINE_END = re.compile(rb"\r\n|\n|\r(?!\Z)")


class _Lines:
    """What most parsers here have in common: lines out of chunks, data out of lines."""

    def __init__(self):
        self.rest, self.data = b"", []

    def lines(self, chunk):
        *lines, self.rest = LINE_END.split(self.rest + chunk)
        return [line.decode() for line in lines]

    def feed(self, chunk):
        return [text for line in self.lines(chunk) if (text := self.line(line)) is not None]

    def line(self, line):
        if not line:
            return self.blank()
        name, _, value = line.partition(":")
        if name == "data":
            self.data.append(self.value(value))
        return None

    def value(self, value):
        return value.removeprefix(" ")

    def blank(self):
        data, self.data = self.data, []
        return "\n".join(data) if data else None


@right("03b-2")
class ByTheCourse:
    def __init__(self):
        from helpers.sse import SSEParser

        self.parser = SSEParser()

    def feed(self, chunk):
        return [event.data for event in self.parser.feed(chunk)]


@right("03b-2")
class ByteForByte:
    def __init__(self):
        self.line, self.data, self.after_cr = bytearray(), None, False

    def feed(self, chunk):
        done = []
        for byte in chunk:
            if byte == 10 and self.after_cr:
                self.after_cr = False
                continue
            self.after_cr = byte == 13
            if byte not in (10, 13):
                self.line.append(byte)
                continue
            line, self.line = bytes(self.line), bytearray()
            if line.startswith(b"data:"):
                value = line[5:].removeprefix(b" ").decode()
                self.data = value if self.data is None else self.data + "\n" + value
            elif line == b"" and self.data is not None:
                done.append(self.data)
                self.data = None
        return done


@right("03b-2")
class WithADecoder:
    def __init__(self):
        import codecs
        import io

        self.decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")(), translate=True)
        self.text = ""

    def feed(self, chunk):
        self.text += self.decoder.decode(chunk)
        *events, self.text = self.text.split("\n\n")
        found = []
        for event in events:
            values = [line[5:].removeprefix(" ") for line in event.split("\n") if line.startswith("data:")]
            if values:
                found.append("\n".join(values))
        return tuple(found)


@right("03b-2")
class WithAGenerator:
    def __init__(self):
        self.machine = self.run()
        next(self.machine)

    def run(self):
        rest, data, done = b"", [], []
        while True:
            rest += yield done
            done = []
            while (end := re.search(rb"\r\n|\n|\r(?!\Z)", rest)) is not None:
                line, rest = str(rest[:end.start()], "utf-8"), rest[end.end():]
                match line.split(":", 1):
                    case ["data", value]:
                        data = [*data, value[1:] if value[:1] == " " else value]
                    case [""] if data:
                        done, data = [*done, "\n".join(data)], []

    def feed(self, chunk):
        return self.machine.send(chunk)


@right("03b-2")
class KeepsItAll:
    def __init__(self):
        self.seen, self.given = bytearray(), 0

    def feed(self, chunk):
        self.seen.extend(chunk)
        parser = _Lines()
        every = parser.feed(bytes(self.seen))
        new, self.given = every[self.given:], len(every)
        return new


@mutant("03b-2", "split-line")
class NoBuffer(_Lines):
    def lines(self, chunk):
        return chunk.decode("utf-8", "replace").split("\n")[:-1]


@mutant("03b-2", "split-line")
class TheLoopThatEveryoneWrites:
    def feed(self, chunk):
        return [line[6:] for line in chunk.decode().split("\n") if line.startswith("data: ")]


@mutant("03b-2", "split-line")
class ANewParserEachTime:
    def feed(self, chunk):
        return _Lines().feed(chunk)


@mutant("03b-2", "split-line")
class OnlyTheDecoder(_Lines):
    def __init__(self):
        import codecs

        super().__init__()
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def lines(self, chunk):
        text = self.decoder.decode(chunk)
        return text.split("\n")[:-1] if text.endswith("\n") else text.split("\n")


@mutant("03b-2", "half-a-character")
class DecodesEachChunk(_Lines):
    def __init__(self):
        super().__init__()
        self.rest = ""

    def lines(self, chunk):
        *lines, self.rest = (self.rest + chunk.decode()).replace("\r\n", "\n").split("\n")
        return lines


@mutant("03b-2", "lost-character")
class DecodesEachChunkSomehow(_Lines):
    def __init__(self):
        super().__init__()
        self.rest = ""

    def lines(self, chunk):
        *lines, self.rest = (self.rest + chunk.decode("utf-8", "replace")).replace("\r\n", "\n").split("\n")
        return lines


@mutant("03b-2", "lost-character")
class LeavesOutHalves(_Lines):
    def __init__(self):
        super().__init__()
        self.rest = ""

    def lines(self, chunk):
        *lines, self.rest = (self.rest + chunk.decode(errors="ignore")).replace("\r\n", "\n").split("\n")
        return lines


@mutant("03b-2", "forgotten-lines")
class ForgetsTheData(_Lines):
    def feed(self, chunk):
        self.data = []
        return super().feed(chunk)


@mutant("03b-2", "repeats")
class ReturnsAllSoFar(_Lines):
    def __init__(self):
        super().__init__()
        self.done = []

    def feed(self, chunk):
        self.done += super().feed(chunk)
        return self.done


@mutant("03b-2", "byte-by-byte")
class ReplacesTheTail(_Lines):
    def __init__(self):
        super().__init__()
        self.chunks = []

    def lines(self, chunk):
        self.chunks = [*self.chunks, chunk][-2:]
        *lines, rest = (self.rest + chunk).replace(b"\r\n", b"\n").split(b"\n")
        self.rest = rest if len(rest) <= len(chunk) or not self.chunks[:-1] else chunk
        return [line.decode("utf-8", "replace") for line in lines]


@mutant("03b-2", "early")
class SendsOffAtTheEnd(_Lines):
    def feed(self, chunk):
        done = super().feed(chunk)
        return [*done, self.blank()] if self.data else done


@mutant("03b-2", "data-lines")
class EachLineAnEvent(_Lines):
    def line(self, line):
        return line[5:].removeprefix(" ") if line.startswith("data:") else None


@mutant("03b-2", "late")
class WaitsForTheNext(_Lines):
    def __init__(self):
        super().__init__()
        self.waiting = []

    def feed(self, chunk):
        every = self.waiting + super().feed(chunk)
        self.waiting = every[-1:]
        return every[:-1]


@mutant("03b-2", "unfinished")
class AnEmptyReadIsTheEnd(_Lines):
    def feed(self, chunk):
        if not chunk:
            self.rest, self.data = b"", []
        return super().feed(chunk)


@mutant("03b-2", "shared")
class SharesTheData(_Lines):
    data, rest = [], b""

    def __init__(self):
        SharesTheData.data.clear()

    def blank(self):
        text = "\n".join(self.data) if self.data else None
        self.data.clear()
        return text


@mutant("03b-2", "one-space")
class StripsValues(_Lines):
    def value(self, value):
        return value.strip()


@mutant("03b-2", "one-space")
class NeedsASpace(_Lines):
    def line(self, line):
        return None if line.startswith("data:") and not line.startswith("data: ") else super().line(line)


@mutant("03b-2", "colon")
class SplitsAtEachColon(_Lines):
    def line(self, line):
        if line.startswith("data:"):
            self.data.append(line.split(":")[1].removeprefix(" "))
            return None
        return super().line(line)


@mutant("03b-2", "colon")
class SplitsAtTheLastColon(_Lines):
    def line(self, line):
        if line.startswith("data: a"):
            self.data.append(line.rsplit(":", 1)[1].removeprefix(" "))
            return None
        return super().line(line)


@mutant("03b-2", "data-lines")
class JoinsWithNothing(_Lines):
    def blank(self):
        data, self.data = self.data, []
        return "".join(data) if data else None


@mutant("03b-2", "data-lines")
class KeepsTheLastLine(_Lines):
    def blank(self):
        data, self.data = self.data, []
        return data[-1] if data else None


@mutant("03b-2", "data")
class ReadsWhatItGets(_Lines):
    def value(self, value):
        return value.replace('"', "'").removeprefix(" ")


@mutant("03b-2", "comment")
class FindsDataAnywhere(_Lines):
    def line(self, line):
        return super().line(line.removeprefix(": ") if "data" in line else line)


@mutant("03b-2", "other-field")
class ByTheFirstLetters(_Lines):
    def line(self, line):
        return super().line("data" + line[line.index(":"):] if line.startswith("data") and ":" in line else line)


@mutant("03b-2", "empty-data")
class EmptyIsNothing(_Lines):
    def blank(self):
        return super().blank() or None


@mutant("03b-2", "no-data")
class EachBlankLineCounts(_Lines):
    def blank(self):
        named, self.named = getattr(self, "named", False), False
        data = super().blank()
        return "" if data is None and named else data

    def line(self, line):
        self.named = getattr(self, "named", False) or line.startswith("event: ping")
        return super().line(line)


@mutant("03b-2", "no-data")
class TextForEachBlankLine(_Lines):
    def blank(self):
        return super().blank() or ""


@mutant("03b-2", "between")
class ClearsAtAnotherField(_Lines):
    def line(self, line):
        if line and not line.startswith("data"):
            self.data = []
        return super().line(line)


@mutant("03b-2", "between")
class SendsOffAtAnotherField(_Lines):
    def line(self, line):
        return super().line(line) if line.startswith("data") else self.blank()


@mutant("03b-2", "between")
class CommentsClear(_Lines):
    def line(self, line):
        self.data = [] if line.startswith(":") else self.data
        return super().line(line)


@mutant("03b-2", "crlf-apart")
class AnEmptyReadForgetsTheCr(ByteForByte):
    def feed(self, chunk):
        self.after_cr = self.after_cr and bool(chunk)
        return super().feed(chunk)


@mutant("03b-2", "crlf-apart")
class GuessesInEachBuffer(_Lines):
    def lines(self, chunk):
        self.rest += chunk
        end = b"\r\n" if b"\r\n" in self.rest else b"\r" if b"\r" in self.rest else b"\n"
        *lines, self.rest = self.rest.split(end)
        return [line.decode() for line in lines]


@mutant("03b-2", "other-lines")
class EveryFieldIsData(_Lines):
    def line(self, line):
        return super().line("data:" + line.partition(":")[2] if line else line)


@mutant("03b-2", "field-name")
class KeepsTheFieldName(_Lines):
    def line(self, line):
        if line.startswith("data:"):
            self.data.append(line)
            return None
        return super().line(line)


@mutant("03b-2", "events-lost")
class ReturnsTheFirst(_Lines):
    def feed(self, chunk):
        return super().feed(chunk)[:1]


@mutant("03b-2", "splitlines")
class WithSplitlines(_Lines):
    def lines(self, chunk):
        whole, _, self.rest = (self.rest + chunk).replace(b"\r\n", b"\n").rpartition(b"\n")
        return (whole + b"\n" * (b"\n" in self.rest + chunk)).decode().splitlines()


@mutant("03b-2", "crlf")
class OnlyLf(_Lines):
    def lines(self, chunk):
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        return [line.decode() for line in lines]


@mutant("03b-2", "cr")
class LfAndCrlf(_Lines):
    def lines(self, chunk):
        *lines, self.rest = (self.rest + chunk).split(b"\n")
        return [line.removesuffix(b"\r").decode() for line in lines]


@mutant("03b-2", "crlf-cut")
class CrlfInEachChunk(_Lines):
    def lines(self, chunk):
        *lines, self.rest = re.split(rb"\r\n|\r|\n", self.rest + chunk)
        return [line.decode() for line in lines]


@mutant("03b-2", "none")
class NoneForNothing(_Lines):
    def feed(self, chunk):
        return super().feed(chunk) or None


@mutant("03b-2", "lazy")
class Yields(_Lines):
    def feed(self, chunk):
        yield from super().feed(chunk)


@mutant("03b-2", "no-list")
class OneText(_Lines):
    def feed(self, chunk):
        return "\n".join(super().feed(chunk))


@mutant("03b-2", "no-text")
class ReadsTheJson(_Lines):
    def feed(self, chunk):
        return [{"data": text} for text in super().feed(chunk)]


@mutant("03b-2", "no-text")
class StaysWithBytes(_Lines):
    def feed(self, chunk):
        return [text.encode() for text in super().feed(chunk)]


@mutant("03b-2", "bytes-and-text")
class MixesBoth(_Lines):
    def __init__(self):
        self.rest, self.data = "", []


@mutant("03b-2", "no-feed")
class AnotherName:
    def parse(self, chunk):
        return []


mutant("03b-2", "an-instance", "an_instance")(_Lines())


# ---- 03b-3: what a server sends of a stream

SORRY = {"message": "Something broke. Please try again."}


@right("03b-3")
async def closes_in_finally(upstream):
    ending = ("done", {"complete": True})
    try:
        async for text in upstream:
            yield ("delta", {"text": text})
    except Exception:
        ending = ("error", SORRY)
    finally:
        await upstream.close()
    yield ending


@right("03b-3")
async def with_aclosing(upstream):
    from contextlib import aclosing

    try:
        async with aclosing(await upstream.__aenter__()) as texts:
            async for text in texts:
                yield ["delta", {"text": text}]
            yield ["done", {}]
    except Exception as error:
        yield ["error", SORRY | {"retryable": True, "type": type(error).__name__}]


@right("03b-3")
async def by_hand(upstream):
    failed = False
    try:
        await upstream.__aenter__()
        while True:
            try:
                text = await anext(upstream)
            except StopAsyncIteration:
                break
            yield "delta", {"text": text}
    except (asyncio.CancelledError, GeneratorExit):
        raise
    except BaseException:
        failed = True
    finally:
        await asyncio.shield(upstream.aclose())
    yield ("error", SORRY) if failed else ("done", {})


@right("03b-3")
async def with_a_queue(upstream):
    queue = asyncio.Queue(maxsize=1)

    async def pump():
        try:
            async with upstream as texts:
                async for text in texts:
                    await queue.put(("delta", {"text": text}))
            await queue.put(("done", {}))
        except Exception:
            await queue.put(("error", SORRY))

    task = asyncio.create_task(pump())
    try:
        while True:
            event = await queue.get()
            yield event
            if event[0] != "delta":
                return
    finally:
        task.cancel()
        await asyncio.wait([task])


@right("03b-3")
async def with_an_idle_timeout(upstream):
    try:
        async with upstream as texts:
            while True:
                async with asyncio.timeout(20):
                    text = await anext(texts, None)
                if text is None:
                    break
                yield "delta", {"text": text}
    except Exception:
        yield "error", SORRY
    else:
        yield "done", {}


@right("03b-3")
async def closes_in_a_task(upstream):
    try:
        async for text in upstream:
            yield "delta", {"text": text}
    except Exception:
        yield "error", SORRY
    else:
        yield "done", {}
    finally:
        upstream.closing = asyncio.create_task(upstream.aclose())


@right("03b-3")
def hands_on_a_generator(upstream):
    return closes_in_finally(upstream)


@mutant("03b-3", "left-open")
async def the_loop_alone(upstream):
    try:
        async for text in upstream:
            yield "delta", {"text": text}
        yield "done", {}
    except Exception:
        yield "error", SORRY


@mutant("03b-3", "left-open")
async def closes_at_the_end(upstream):
    try:
        async for text in upstream:
            yield "delta", {"text": text}
    except Exception:
        yield "error", SORRY
    else:
        yield "done", {}
    await upstream.close()


@mutant("03b-3", "closes-late")
async def waits_before_it_closes(upstream):
    try:
        async for text in upstream:
            yield "delta", {"text": text}
    except Exception:
        yield "error", SORRY
    else:
        yield "done", {}
    finally:
        await asyncio.sleep(30)
        await upstream.aclose()


@mutant("03b-3", "closes-late")
async def closes_in_a_task_later(upstream):
    async def later():
        await asyncio.sleep(30)
        await upstream.aclose()

    try:
        async for text in upstream:
            yield "delta", {"text": text}
    except Exception:
        yield "error", SORRY
    else:
        yield "done", {}
    finally:
        upstream.closing = asyncio.create_task(later())


@mutant("03b-3", "closes-late")
async def a_silent_model_is_closed_later(upstream):
    try:
        async for text in upstream:
            yield "delta", {"text": text}
    except asyncio.CancelledError:
        await asyncio.sleep(30)
        raise
    except Exception:
        yield "error", SORRY
    else:
        yield "done", {}
    finally:
        await upstream.aclose()


@mutant("03b-3", "never-closed")
async def closes_what_went_well(upstream):
    try:
        async for text in upstream:
            yield "delta", {"text": text}
    except GeneratorExit:
        await upstream.close()
        raise
    except Exception:
        yield "error", SORRY
    else:
        await upstream.close()
        yield "done", {}


@mutant("03b-3", "keeps-reading")
async def pumps_in_a_task(upstream):
    queue = asyncio.Queue()

    async def pump():
        try:
            async with upstream as texts:
                async for text in texts:
                    queue.put_nowait(("delta", {"text": text}))
            queue.put_nowait(("done", {}))
        except Exception:
            queue.put_nowait(("error", SORRY))

    upstream.task = asyncio.create_task(pump())
    event = ("delta", {})
    while event[0] == "delta":
        event = await queue.get()
        yield event


@mutant("03b-3", "keeps-reading")
async def reads_to_the_end(upstream):
    try:
        async with upstream as texts:
            try:
                async for text in texts:
                    yield "delta", {"text": text}
            finally:
                while upstream.taken < len(upstream.texts):
                    await anext(texts)
    except Exception:
        yield "error", SORRY
    else:
        yield "done", {}


@mutant("03b-3", "yields-when-closed")
async def done_in_finally(upstream):
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
    finally:
        yield "done", {}


@mutant("03b-3", "yields-when-closed")
async def error_for_everything(upstream):
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
        yield "done", {}
    except BaseException:
        yield "error", SORRY


@mutant("03b-3", "holds-a-cancel")
async def ends_when_cancelled(upstream):
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
    except (asyncio.CancelledError, GeneratorExit):
        return
    except Exception:
        yield "error", SORRY
    else:
        yield "done", {}


@mutant("03b-3", "holds-a-cancel")
async def tells_of_a_cancel(upstream):
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
    except (asyncio.CancelledError, Exception):
        yield "error", SORRY
    else:
        yield "done", {}


@mutant("03b-3", "failure-raised")
async def nothing_caught(upstream):
    async with upstream as texts:
        async for text in texts:
            yield "delta", {"text": text}
    yield "done", {}


@mutant("03b-3", "failure-raised")
async def only_the_sdk_s_errors(upstream):
    import anthropic

    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
        yield "done", {}
    except anthropic.APIError:
        yield "error", SORRY


@mutant("03b-3", "raised-again")
async def raises_again(upstream):
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
    except Exception:
        yield "error", SORRY
        raise
    yield "done", {}


@mutant("03b-3", "error-for-nothing")
async def holds_its_own_slip(upstream):
    try:
        with upstream as texts:
            for text in texts:
                yield "delta", {"text": text}
    except Exception:
        yield "error", SORRY
    else:
        yield "done", {}


@mutant("03b-3", "opening-raised")
async def tries_inside(upstream):
    async with upstream as texts:
        try:
            async for text in texts:
                yield "delta", {"text": text}
        except Exception:
            yield "error", SORRY
        else:
            yield "done", {}


@mutant("03b-3", "done-after-failure")
async def done_in_any_case(upstream):
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
    except Exception:
        yield "error", SORRY
    yield "done", {}


@mutant("03b-3", "done-after-failure")
async def passes_over_a_failure(upstream):
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
    except Exception:
        pass
    yield "done", {}


@mutant("03b-3", "no-error")
async def ends_without_a_word(upstream):
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
        yield "done", {}
    except Exception:
        return


async def _relay(upstream, *, sorry=SORRY, of=lambda text: {"text": text}, done=("done", {})):
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", of(text)
        if done:
            yield done
    except Exception as error:
        yield "error", {"message": str(error)} if sorry is str else sorry


@mutant("03b-3", "leaks")
def the_exception_s_words(upstream):
    return _relay(upstream, sorry=str)


@mutant("03b-3", "leaks")
async def the_exception_s_class(upstream):
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
        yield "done", {}
    except Exception as error:
        yield "error", {"message": type(error).__name__}


@mutant("03b-3", "no-message")
def an_error_without_words(upstream):
    return _relay(upstream, sorry={"error": True})


@mutant("03b-3", "no-done")
def no_last_event(upstream):
    return _relay(upstream, done=None)


@mutant("03b-3", "delta-data")
def another_key_in_delta(upstream):
    return _relay(upstream, of=lambda text: {"delta": text})


@mutant("03b-3", "texts")
def strips_each_piece(upstream):
    return _relay(upstream, of=lambda text: {"text": text.strip()})


@mutant("03b-3", "other-name")
def other_names(upstream):
    return _relay(upstream, done=("end", {}))


@mutant("03b-3", "no-dict")
def no_data_for_done(upstream):
    return _relay(upstream, done=("done", None))


@mutant("03b-3", "error-for-nothing")
def an_error_at_the_end(upstream):
    return _relay(upstream, done=("error", SORRY))


@mutant("03b-3", "no-pair")
async def framed_already(upstream):
    async for name, data in _relay(upstream):
        yield _event(name, json.dumps(data))


@mutant("03b-3", "done-early")
async def done_after_each(upstream):
    async for event in _relay(upstream):
        yield event
        if event[0] == "delta":
            yield "done", {}


@mutant("03b-3", "collects")
async def collects_first(upstream):
    try:
        async with upstream as texts:
            pieces = [text async for text in texts]
    except Exception:
        yield "error", SORRY
        return
    for text in pieces:
        yield "delta", {"text": text}
    yield "done", {}


@mutant("03b-3", "collects")
async def all_in_one(upstream):
    async with upstream as texts:
        yield "delta", {"text": "".join([text async for text in texts])}
    yield "done", {}


@mutant("03b-3", "collects")
async def collects_all_but_the_first(upstream):
    try:
        async with upstream as texts:
            yield "delta", {"text": await anext(texts)}
            pieces = [text async for text in texts]
            for text in pieces:
                yield "delta", {"text": text}
        yield "done", {}
    except StopAsyncIteration:
        yield "done", {}
    except Exception:
        yield "error", SORRY


@mutant("03b-3", "held-back")
async def two_at_a_time(upstream):
    try:
        async with upstream as texts:
            held = []
            async for text in texts:
                held.append(text)
                if len(held) == 2:
                    for one in held:
                        yield "delta", {"text": one}
                    held = []
            for one in held:
                yield "delta", {"text": one}
        yield "done", {}
    except Exception:
        yield "error", SORRY


@mutant("03b-3", "put-together")
async def by_twos(upstream):
    async with upstream as texts:
        held = ""
        async for text in texts:
            held += text
            if held.count("piece") == 2:
                yield "delta", {"text": held}
                held = ""
        yield "delta", {"text": held}
    yield "done", {}


@mutant("03b-3", "lost-pieces")
async def forgets_the_last_piece(upstream):
    held = None
    try:
        async with upstream as texts:
            async for text in texts:
                if held is not None:
                    yield "delta", {"text": held}
                held = text
    except Exception:
        yield "error", SORRY
        return
    yield "done", {}


@mutant("03b-3", "endless")
async def goes_on_and_on(upstream):
    async with upstream as texts:
        async for text in texts:
            yield "delta", {"text": text}
    while True:
        yield "done", {}


@mutant("03b-3", "no-async-generator")
async def returns_a_list(upstream):
    return [event async for event in _relay(upstream)]


@mutant("03b-3", "no-async-generator")
def without_async(upstream):
    yield "done", {}


@mutant("03b-3", "no-async-generator")
def returns_nothing(upstream):
    print(upstream)
