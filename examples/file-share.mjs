// Shares a folder with whoever knows the password, over TLS.
//
//   openssl req -new -x509 -days 365 -nodes -out cert.pem -keyout cert.pem
//   SHARE_PASSWORD=secret node examples/file-share.mjs folder
//   curl -k -u guest:secret https://127.0.0.1:8443/
import { AdvancedHTTPServer, RequestHandler, scrypt_hash } from 'advancedhttpserver'

const [folder = '.'] = process.argv.slice(2)
const { SHARE_PASSWORD: password, SHARE_CERT: ssl_certfile = 'cert.pem' } = process.env
if (!password) throw new Error('there is no SHARE_PASSWORD')

const server = new AdvancedHTTPServer(RequestHandler, {
  addresses: [['0.0.0.0', 8443, true]],
  ssl_certfile,
  limits: { connections_per_address: 20 },
})
server.auth_add_creds('guest', await scrypt_hash(password), 'scrypt')
server.serve_files = true
server.serve_files_root = folder
server.serve_files_hide_dotfiles = true
process.once('SIGINT', () => void server.shutdown())
await server.listen()
console.log(`${server.serve_files_root} is shared on port 8443`)
