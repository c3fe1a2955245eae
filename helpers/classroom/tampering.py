"""What belongs to the whole program: kept from a learner's code while it runs, and put back where it was replaced.

    with Shared(function) as shared:
        ...                      # time.sleep, input, os._exit and their like refuse; so does IPython's exit()
    shared.broke                 # what was called or replaced
"""

from __future__ import annotations

import asyncio
import builtins
import dataclasses
import decimal
import html
import inspect
import json
import os
import re
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Something that an answer may not do: *code* of its message, and what it was ("time.sleep(3)")."""

    code: str
    what: str


class Refused(BaseException):
    """Raised in the learner's code in place of what it wanted; no `except Exception` of theirs holds it."""


REFUSED: tuple[tuple[ModuleType, str, str], ...] = (
    (time, "sleep", "slept"), (builtins, "input", "asked-for-input"), (sys, "breakpointhook", "asked-for-input"),
    (os, "_exit", "left"), (os, "abort", "left"), (os, "kill", "left"), (os, "killpg", "left"), (os, "execv", "left"),
    (os, "execve", "left"), (signal, "raise_signal", "left"), (signal, "alarm", "left"), (signal, "setitimer", "left"),
)
"""(module, name, code): calling it would block or end the notebook."""

WATCHED = (time, asyncio, os, sys, json, decimal, inspect, threading, re, textwrap, html, dataclasses)
"""Modules in which nothing may be replaced, beside the builtins and the course's own."""


class Shared:
    """Guards what is shared while a learner's code runs; a context manager, one for each call."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.broke: list[Forbidden] = []
        self.thread: int | None = None
        """The learner's thread; whoever starts it says so."""
        self._globals: dict[str, Any] = getattr(function, "__globals__", {})
        self._folder = os.getcwd()
        self._undo: list[tuple[Any, str, Any]] = []
        self._before: list[tuple[Any, str, dict[str, Any]]] = []
        self._builtins: dict[str, Any] = {}

    def __enter__(self) -> Shared:
        try:
            return self._begin()
        except BaseException:
            self._undo_all()
            raise

    def _begin(self) -> Shared:
        refusing = {}
        for module, name, code in REFUSED:
            real = getattr(module, name, None)
            if real is None:      # Windows has not all of them
                continue
            refusing[real] = self._refusing(f"{module.__name__}.{name}", code, real)
            self._swap(module, name, refusing[real])
        for name, value in list(self._globals.items()):     # `from time import sleep` in a cell above
            if callable(value) and _known(refusing, value):
                self._undo.append((self._globals, name, value))
                self._globals[name] = refusing[value]
        ask = getattr(sys.modules.get("IPython"), "get_ipython", None)
        shell = ask() if callable(ask) else None
        if shell is not None:                               # what exit() calls in a notebook: it would end the kernel
            self._swap(shell, "ask_exit", self._refusing("exit", "left", shell.ask_exit))
        self._before = [(owner, label, dict(vars(owner))) for owner, label in _owners()]
        self._builtins = dict(_BUILTINS)
        return self

    def __exit__(self, *_: object) -> None:
        changed = [name for name in self._builtins if _BUILTINS.get(name, self) is not self._builtins[name]]
        _BUILTINS.update(self._builtins)      # first, and without a builtin: none can be relied on until then
        self.broke += [Forbidden("replaced", name) for name in changed]
        for owner, label, before in self._before:
            for name, value in before.items():
                if vars(owner).get(name, self) is not value and isinstance(value, _DEFINED):
                    self.broke.append(Forbidden("replaced", f"{label}.{name}"))
                    _put(owner, name, value)
        self._undo_all()

    def _undo_all(self) -> None:
        for owner, name, value in reversed(self._undo):
            _put(owner, name, value)
        if os.getcwd() != self._folder:
            self.broke.append(Forbidden("replaced", "the working folder"))
            os.chdir(self._folder)

    def _swap(self, owner: Any, name: str, value: Any) -> None:
        self._undo.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    def _refusing(self, label: str, code: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def refuse(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != self.thread:     # the kernel's own threads sleep, and shall
                return real(*args, **kwargs)
            said = ", ".join(f"{argument!r:.40}" for argument in args if isinstance(argument, (int, float, str)))
            self.broke.append(Forbidden(code, f"{label.removeprefix('builtins.')}({said})"))
            raise Refused(label)

        return refuse


_BUILTINS = vars(builtins)
_DEFINED = (FunctionType, type, type(len), property, staticmethod, classmethod, type(Forbidden.code),
            type(object.__init__))
"""Kinds of attribute that a program defines once and does not change while it runs."""


_owners_of: tuple[int, list[tuple[Any, str]]] = (0, [])
"""How many modules were loaded when they were looked through, and what was found."""


def _owners() -> list[tuple[Any, str]]:
    """(what has attributes, its name): the watched modules, the course's modules, and the classes in those.

    Looked for again only when a module was loaded since: it takes longer than most answers.
    """
    global _owners_of
    if _owners_of[0] != len(sys.modules):
        _owners_of = len(sys.modules), _look_for_owners()
    return _owners_of[1]


def _look_for_owners() -> list[tuple[Any, str]]:
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("helpers.") and module is not None]
    classes = [thing for module in ours for thing in list(vars(module).values())
               if isinstance(thing, type) and thing.__module__ == module.__name__]
    return [*((module, module.__name__) for module in (*WATCHED, *ours)), *((kind, kind.__name__) for kind in classes)]


def _known(table: dict[Any, Any], value: Any) -> bool:
    try:
        return value in table
    except TypeError:      # not hashable
        return False


def _put(owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, dict):
        owner[name] = value
    else:
        setattr(owner, name, value)
