"""A network of recorded answers: the real fetcher over socket pairs, and a canary that counts every connection."""

import json
import socket
import threading
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from vc_issuer.fetch import Fetcher
from vc_issuer.wiring.answers import AnswerCache
from vc_issuer.wiring.asking import look_ups

PUBLIC = "93.184.216.34"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Network:
    """Hosts that answer GET with what was recorded for an address, and 404 otherwise."""

    def __init__(self, answers=None, headers=""):
        self.answers = {url: _bytes(answer) for url, answer in (answers or {}).items()}
        self.headers = headers
        self.asked = []

    def connect(self, address, host, timeout_s):
        near, far = socket.socketpair()
        near.settimeout(timeout_s)
        threading.Thread(target=self._serve, args=(far, host), daemon=True).start()
        return near

    def _serve(self, far, host):
        with far:
            target = far.recv(65536).split(b" ")[1].decode()
            url = f"https://{host}{target}"
            self.asked.append(url)
            body = self.answers.get(url)
            status = "404 Not Found" if body is None else "200 OK"
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{self.headers}Connection: close\r\n\r\n"
            far.sendall(head.encode() + (body or b"{}"))

    def hosts(self):
        return {urlsplit(url).hostname for url in self.asked}

    def look_ups(self, *hosts, cache=None, clock=lambda: NOW):
        fetcher = partial(Fetcher, resolve=lambda _host: [PUBLIC], connect=self.connect)
        return look_ups(hosts, cache or AnswerCache(), clock, fetcher)


def controller_document(controller, *multikeys, **more):
    methods = [f"{controller}#{multikey}" for multikey in multikeys]
    return {
        "id": controller,
        "verificationMethod": [
            {"id": method, "type": "Multikey", "controller": controller, "publicKeyMultibase": key}
            for method, key in zip(methods, multikeys, strict=True)
        ],
        "assertionMethod": methods,
        **more,
    }


def _bytes(answer):
    return answer if isinstance(answer, bytes) else json.dumps(answer).encode()
