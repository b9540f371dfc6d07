// A chat: the page, and the WebSocket it speaks over. Open http://127.0.0.1:8080/ in two windows.
//
//   node examples/chat.mjs
import { AdvancedHTTPServer, RequestHandler, WebSocketHandler } from 'advancedhttpserver'

const PAGE = `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chat</title>
<h1>Chat</h1>
<ul id="said"></ul>
<form id="say"><input id="text" aria-label="Message" autocomplete="off" maxlength="500" autofocus> <button>Say</button></form>
<script>
  const socket = new WebSocket(location.href.replace(/^http/, 'ws'))
  const show = (text) => said.append(Object.assign(document.createElement('li'), { textContent: text }))
  socket.onmessage = ({ data }) => show(data)
  socket.onclose = ({ reason }) => show('(closed) ' + reason)
  say.onsubmit = (event) => { event.preventDefault(); socket.send(text.value); text.value = '' }
</script>
</html>
`
/** @type {Set<Chatter>} */
const present = new Set()

class Chatter extends WebSocketHandler {
  /** Pages of other sites may not talk here. @param {string | null} origin */
  check_origin(origin) {
    return origin === null || (URL.canParse(origin) && new URL(origin).host === this.handler.headers.get('host'))
  }

  on_connected() {
    tell(`${present.add(this).size} here`)
  }

  on_closed() {
    if (present.delete(this)) tell(`${present.size} here`)
  }

  /** @param {string} message */
  on_message_text(message) {
    if (message.length > 500) return this.close(1008, 'that was too long')
    return tell(message)
  }
}

/** @param {string} text */
function tell(text) {
  for (const chatter of present) chatter.send_message_text(text).catch(() => {})
}

class ChatHandler extends RequestHandler {
  static web_socket_handler = Chatter
  on_init() {
    this.handler_map['^$'] = () => this.send_response_full(PAGE, { content_type: 'text/html; charset=utf-8' })
  }
}

await new AdvancedHTTPServer(ChatHandler, { addresses: [['127.0.0.1', 8080]] }).listen()
