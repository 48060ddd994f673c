"""A client of a language server over its standard input and output: as much of the protocol as a test needs."""

from __future__ import annotations

import json
import subprocess
import threading
from queue import Queue

PATIENCE = 60
"""Seconds for one answer, on a machine that does much else."""


class LanguageClient:
    """Opens texts as an editor does whose settings for YAML are ``yaml``, and hands on what the server says of them."""

    def __init__(self, command, yaml):
        self.settings = {"yaml": yaml}
        self.server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.answers = Queue()
        self.told = Queue()
        self.calls = 0
        threading.Thread(target=self._listen, daemon=True).start()
        hover = {"contentFormat": ["markdown", "plaintext"]}
        capabilities = {"workspace": {"configuration": True}, "textDocument": {"publishDiagnostics": {}, "hover": hover}}
        self.ask("initialize", processId=None, rootUri=None, capabilities=capabilities)
        self.tell("initialized")

    def close(self):
        self.ask("shutdown")
        self.tell("exit")
        self.server.communicate(timeout=PATIENCE)

    def diagnostics(self, uri, text):
        """What the server says is wrong with a text: (line, column) from 1 and the message of each, in their order."""
        self.tell("textDocument/didOpen", textDocument={"uri": uri, "languageId": "yaml", "version": 1, "text": text})
        told = self.told.get(timeout=PATIENCE)
        while told["uri"] != uri:
            told = self.told.get(timeout=PATIENCE)
        starts = [(each["range"]["start"], each["message"]) for each in told["diagnostics"]]
        return sorted(((start["line"] + 1, start["character"] + 1), message) for start, message in starts)

    def hover(self, uri, line, column):
        """What the server shows at a place of an open text, both counted from 1."""
        at = {"line": line - 1, "character": column - 1}
        shown = self.ask("textDocument/hover", textDocument={"uri": uri}, position=at)
        return shown["contents"]["value"] if shown else ""

    def ask(self, method, **params):
        self.calls += 1
        self._send({"id": self.calls, "method": method, "params": params})
        answer = self.answers.get(timeout=PATIENCE)
        assert answer["id"] == self.calls, answer
        return answer["result"]

    def tell(self, method, **params):
        self._send({"method": method, "params": params})

    def _send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.server.stdin.flush()

    def _listen(self):
        while header := self.server.stdout.readline():
            length = int(header.partition(b":")[2])
            while self.server.stdout.readline().strip():
                pass
            message = json.loads(self.server.stdout.read(length))
            if "method" not in message:
                self.answers.put(message)
            elif message["method"] == "textDocument/publishDiagnostics":
                self.told.put(message["params"])
            elif "id" in message:
                self._send({"id": message["id"], "result": self._result(message)})

    def _result(self, message):
        """What a client answers: its settings, section by section; to all else nothing."""
        if message["method"] == "workspace/configuration":
            return [self.settings.get(item["section"]) for item in message["params"]["items"]]
        return None
