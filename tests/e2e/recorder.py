#!/usr/bin/env python3
"""Takes what a collector posts and appends each body as one line to a file. Prints its URL when it is ready.

    recorder.py FILE
"""
import gzip
import http.server
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        # One write a body, newlines taken out: whoever reads along sees whole lines.
        with open(sys.argv[1], "ab", buffering=0) as file:
            file.write(body.replace(b"\n", b" ") + b"\n")
        answer = b'{"status":"ok"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    open(sys.argv[1], "ab").close()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
