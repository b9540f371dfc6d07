/**
 * The system's Chromium, for tests that look at a page as a person does. Nothing is ever downloaded: where there is none,
 * the tests are skipped, aloud.
 */
import { existsSync, readFileSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { TestContext } from 'vitest'

/** Where Debian installs it; `CHROMIUM` names another place. */
const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** The page must be all the browser asks for: no updates, no look-ups of its own. */
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']

/** A phone in the dark, a phone by day, a desk. */
export const PHONE = { width: 390, height: 844 }
export const DESK = { width: 1280, height: 800 }

export class SystemBrowser {
  #browser: Browser | null = null

  /** Skips a test, aloud, where no browser is installed. */
  need(context: TestContext): void {
    const missing = !existsSync(EXECUTABLE)
    if (missing) console.warn(`skipped, there is no ${EXECUTABLE}: ${context.task.name}`)
    context.skip(missing)
  }

  async page(viewport: typeof PHONE, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    // Chromium's sandbox refuses to run as root.
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    this.#browser ??= await chromium.launch({ executablePath: EXECUTABLE, args: [...QUIET, ...asRoot] })
    const context = await this.#browser.newContext({ viewport, colorScheme, acceptDownloads: true })
    return context.newPage()
  }

  async close(): Promise<void> {
    await this.#browser?.close()
  }
}

/** What a downloaded file holds. */
export async function contentOf(download: { path(): Promise<string> }): Promise<string> {
  return readFileSync(await download.path(), 'utf8')
}
