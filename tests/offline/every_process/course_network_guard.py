"""Refuse, and write down, every connection and every name look-up outside this machine's loopback.

Raising is not enough: the SDKs turn any exception of a transport into APIConnectionError, and a cell may catch that.
So each attempt is also a line in the file that COURSE_NETWORK_LOG names, and a test run whose file is not empty at
its end is red. Only sockets made by Python are seen: not those of a C library, nor of a process that is not Python
or is started without PYTHONPATH (python -I, -E, -S).
"""

import os
import sys

_installed = False


class OutsideLoopback(OSError):
    """This process tried to reach the network in a run that must be offline."""


def install():
    """Watch this process from here on. An audit hook cannot be taken out again; a second call adds nothing."""
    global _installed
    if not _installed:
        _installed = True
        sys.addaudithook(_audit)


def is_local(address):
    """Whether *address*, as a socket takes it, stays on this machine: loopback, no host, or not an IP address."""
    if isinstance(address, tuple):   # (host, port) and the longer IPv6 form; a path is a Unix socket
        return bool(address) and is_local_host(address[0])
    return True


def is_local_host(host):
    """Whether *host* is None, empty, localhost, or a loopback address: 127.x.x.x or ::1."""
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("latin-1")
    if not isinstance(host, str):   # None; the numbers of an AF_NETLINK or AF_VSOCK address
        return True
    host = host.lower().removeprefix("::ffff:")
    digits = host.replace(".", "")   # 127.evil.example is a name
    return host in ("", "localhost", "::1") or (host.startswith("127.") and digits.isascii() and digits.isdigit())


# Audit event -> which of its arguments says where to, and how to read it (Python's table of audit events).
_WATCHED = {
    "socket.connect": (1, is_local),
    "socket.sendto": (1, is_local),
    "socket.sendmsg": (1, is_local),
    "socket.getnameinfo": (0, is_local),
    "socket.getaddrinfo": (0, is_local_host),
    "socket.gethostbyname": (0, is_local_host),
    "socket.gethostbyaddr": (0, is_local_host),
}


def _audit(event, arguments):
    if event not in _WATCHED:   # called for every audit event of the process, so this comes first
        return
    place, stays_here = _WATCHED[event]
    target = arguments[place]
    if not stays_here(target):
        _write_down(event, target)
        raise OutsideLoopback(f"Offline run: {event} to {target!r} leaves loopback. Use a recording or a local server.")


def _write_down(event, target):
    log = os.environ.get("COURSE_NETWORK_LOG")
    if not log:
        return
    program = " ".join(" ".join(sys.orig_argv).split())[:120]
    during = os.environ.get("PYTEST_CURRENT_TEST", "no test")
    line = f"pid {os.getpid()}, {program!r}, during {during!r}: {event} {target!r}\n"
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)   # one write, so that lines never mix
    try:
        os.write(handle, line.encode("utf-8", "backslashreplace"))
    finally:
        os.close(handle)
