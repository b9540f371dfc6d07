/** What a new user does first: start, see the page, share it with a password and TLS, stop. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CertificateWorkshop, needOpenssl } from '../support/certificates.js'
import { withCommands } from '../support/command.js'

const commands = withCommands()
const workshop = new CertificateWorkshop()

let site: string
beforeAll(() => {
  site = mkdtempSync(join(tmpdir(), 'site-'))
  mkdirSync(join(site, 'pictures & more'))
  writeFileSync(join(site, 'pictures & more', 'index.html'), '<!DOCTYPE html><title>Pictures</title>\n')
  writeFileSync(join(site, 'notes.txt'), 'buy milk\n')
})
afterAll(() => {
  workshop.remove()
  rmSync(site, { recursive: true })
})

/** A page by HTTPS, from a server whose certificate this authority has signed: its status and its text. */
async function page(
  url: string,
  ca: string,
  credentials?: string,
): Promise<[status: number | undefined, body: string]> {
  const options = { ca, servername: 'site.example', agent: false, ...(credentials && { auth: credentials }) }
  return new Promise((resolve, reject) => {
    get(url, options, (response) => {
      text(response).then((body) => resolve([response.statusCode, body]), reject)
    }).on('error', reject)
  })
}

describe('the first five minutes', () => {
  it('start it in a folder, look around, stop it', async () => {
    const command = commands.run('main', ['--port', '0', '--bind', '127.0.0.1'], { cwd: site })
    const base = `http://127.0.0.1:${await command.port()}`
    const listing = await fetch(`${base}/`)
    expect(listing.status).toBe(200)
    expect(listing.headers.get('Content-Type')).toMatch(/^text\/html/)
    const html = await listing.text()
    const links = Array.from(html.matchAll(/href="([^"]+)"/g), ([, link]) => link)
    expect(links).toContain('notes.txt')
    const folder = links.find((link) => link?.startsWith('pictures')) ?? ''
    expect(await (await fetch(new URL(folder, `${base}/`))).text()).toContain('<title>Pictures</title>')
    expect(await (await fetch(`${base}/notes.txt`)).text()).toBe('buy milk\n')
    expect((await fetch(`${base}/absent`)).status).toBe(404)
    command.signal('SIGINT')
    expect(await command.ended).toEqual({ status: 0, signal: null })
  })

  it('share it on the network with a password and TLS', async (context) => {
    needOpenssl(context)
    const { certfile, keyfile } = workshop.selfSigned('site.example')
    const args = ['--port', '0', '--directory', site, '--user', 'guest', '--tls-cert', certfile, '--tls-key', keyfile]
    const command = commands.run('main', args, { environment: { ADVANCEDHTTPSERVER_PASSWORD: 'open sesame' } })
    const url = `https://127.0.0.1:${await command.port()}/notes.txt`
    const ca = workshop.read(certfile)
    expect((await page(url, ca))[0]).toBe(401)
    expect((await page(url, ca, 'guest:guess'))[0]).toBe(401)
    expect(await page(url, ca, 'guest:open sesame')).toEqual([200, 'buy milk\n'])
    expect(command.errors).not.toContain('sesame')
    command.signal('SIGINT')
    expect(await command.ended).toEqual({ status: 0, signal: null })
  })
})
