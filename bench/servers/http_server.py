"""The peer of hello.mjs on Python's http.server."""

import http.server

BODY = b'Hello World!\r\n\r\n'


class BenchHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True

    def do_GET(self):
        if self.path != '/hello':
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header('Content-Type', 'text/plain')
        self.send_header('Content-Length', str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_arguments):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), BenchHandler)
print(server.server_address[1], flush=True)
server.serve_forever()
