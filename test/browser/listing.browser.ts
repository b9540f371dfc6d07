/**
 * The listing page in a real browser, served by the library: what a person can see and click, on a phone, in the dark, and
 * among names that were made to harm.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AdvancedHTTPServer, RequestHandler, type ServerNonThreaded } from '../../src/index.js'
import { TemporaryTree } from '../handler/files/temporary-tree.js'
import { contentOf, DESK, PHONE, SystemBrowser } from './chromium.js'

const HOSTILE = `"><img src=x onerror="document.title='broken'">'&amp;%41#?;\u202egnp`

const tree = new TemporaryTree()
tree.write('docs/guide.txt', 'guide\n')
tree.write(`${HOSTILE}/inner.bin`, 'from the hostile folder\n')
tree.write('javascript:alert(1)', 'no script\n')
tree.write(Buffer.from([0x62, 0xff, 0x2e, 0x62, 0x69, 0x6e]), 'no UTF-8\n')
tree.write('archive.bin', Buffer.alloc(1_234_567))
tree.write(`a-very-long-name-${'without-any-blank-'.repeat(12)}.txt`, '')
tree.makeDirectory('empty')

const browser = new SystemBrowser()
const server = new AdvancedHTTPServer(RequestHandler, { addresses: [['127.0.0.1', 0]] })
server.serve_files = true
server.serve_files_root = tree.root
let root = ''

beforeAll(async () => {
  await server.listen()
  const [host, port] = (server.sub_servers[0] as ServerNonThreaded).server_address
  root = `http://${host}:${port}/`
  void server.serve_forever()
})

afterAll(async () => {
  await browser.close()
  await server.shutdown({ grace_ms: 0 })
})

async function open(page: Page, path = ''): Promise<void> {
  page.on('pageerror', (error) => {
    throw error
  })
  await page.goto(root + path)
}

function linkTo(page: Page, name: string) {
  return page.getByRole('link', { name, exact: true })
}

async function download(page: Page, name: string): Promise<string> {
  const [saved] = await Promise.all([page.waitForEvent('download'), linkTo(page, name).click()])
  return contentOf(saved)
}

describe('the listing page', () => {
  test('leads into a folder with a hostile name, back, and to a download in it', async (context) => {
    browser.need(context)
    const page = await browser.page(DESK)
    await open(page)
    await linkTo(page, `${HOSTILE}/`).click()
    await page.waitForURL(/inner|%22/)
    expect(await page.title()).toBe(`Index of /${HOSTILE}/`)
    expect(await page.locator('img, script').count()).toBe(0)
    expect(await download(page, 'inner.bin')).toBe('from the hostile folder\n')
    await linkTo(page, 'Parent folder').click()
    await page.waitForURL(root)
    expect(await page.title()).toBe('Index of /')
    expect(await linkTo(page, 'Parent folder').count()).toBe(0)
  })

  test('downloads files whose names are no UTF-8, or look like a script', async (context) => {
    browser.need(context)
    const page = await browser.page(DESK)
    await open(page)
    expect(await download(page, 'b\ufffd.bin')).toBe('no UTF-8\n')
    expect(await download(page, 'javascript:alert(1)')).toBe('no script\n')
  })

  test('puts folders first and tells sizes and dates', async (context) => {
    browser.need(context)
    const page = await browser.page(DESK)
    await open(page)
    const names = await page.locator('tbody a').allTextContents()
    expect(names.slice(0, 3)).toEqual([`${HOSTILE}/`, 'docs/', 'empty/'])
    const row = page.getByRole('row').filter({ has: linkTo(page, 'archive.bin') })
    expect(await row.getByRole('cell').allInnerTexts()).toEqual(['archive.bin', '1.2 MiB', '2009-02-13 23:31'])
    expect(await row.locator('time').getAttribute('datetime')).toBe('2009-02-13T23:31:30Z')
    await linkTo(page, 'empty/').click()
    expect(await page.getByText('This folder is empty.').count()).toBe(1)
  })

  test('fits a phone: nothing to scroll sideways, rows large enough for a finger', async (context) => {
    browser.need(context)
    const page = await browser.page(PHONE)
    await open(page)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE.width)
    for (const box of await Promise.all((await page.locator('tbody a').all()).map((link) => link.boundingBox()))) {
      expect(box?.height).toBeGreaterThanOrEqual(40)
    }
    expect(await page.locator('time span').first().isVisible()).toBe(false)
  })

  test.for(['light', 'dark'] as const)('can be read when the reader prefers %s', async (scheme, context) => {
    browser.need(context)
    const page = await browser.page(PHONE, scheme)
    await open(page)
    const contrasts = await page.evaluate<number[]>(CONTRASTS)
    expect(contrasts.length).toBeGreaterThan(10)
    // WCAG 2.2, 1.4.3: at least 4.5 to 1.
    expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5)
    expect((await page.evaluate<number>(BACKGROUND)) < 0.5).toBe(scheme === 'dark')
  })

  test('needs no script', async (context) => {
    browser.need(context)
    const page = await browser.page(DESK)
    const response = await page.goto(root)
    expect(response?.headers()).toMatchObject({ 'x-content-type-options': 'nosniff' })
    expect(response?.headers()['content-security-policy']).toContain(`default-src 'none'`)
    expect(await page.locator('script').count()).toBe(0)
  })
})

/** In the page: relative luminance of a CSS colour (WCAG 2.2), and the colour behind an element. */
const LUMINANCE = `
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const canvas = matchMedia('(prefers-color-scheme: dark)').matches ? 'rgb(18, 18, 18)' : 'rgb(255, 255, 255)'
  const body = getComputedStyle(document.body).backgroundColor
  const background = luminance(/, 0\\)$/.test(body) ? canvas : body)
`
const BACKGROUND = `(() => { ${LUMINANCE} return background })()`
const CONTRASTS = `(() => { ${LUMINANCE}
  return [...document.querySelectorAll('h1, th, td, a, time, data')].map((element) => {
    const pair = [luminance(getComputedStyle(element).color), background].sort((a, b) => b - a)
    return (pair[0] + 0.05) / (pair[1] + 0.05)
  })
})()`
