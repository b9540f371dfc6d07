/** The chat of the examples in a real browser: two windows, and what one says is read in the other. */
import { afterAll, expect, it } from 'vitest'
import { PackageFolder } from '../docs/support/package-folder.js'
import { DESK, PHONE, SystemBrowser } from './chromium.js'

const packages = new PackageFolder()
const browser = new SystemBrowser()
afterAll(async () => {
  await browser.close()
  packages.remove()
})

it('what one window says is read in both, as text and nothing else', async (context) => {
  browser.need(context)
  await using program = packages.example('chat.mjs')
  const url = `http://127.0.0.1:${await program.port()}/`
  const [ada, bob] = [await browser.page(PHONE), await browser.page(DESK)]
  for (const page of [ada, bob]) {
    page.on('pageerror', (error) => {
      throw error
    })
  }
  await ada.goto(url)
  await ada.getByText('1 here').waitFor()
  await bob.goto(url)
  await ada.getByText('2 here').waitFor()
  await ada.getByLabel('Message').fill('<b>hello</b>, Bob')
  await ada.getByRole('button', { name: 'Say' }).click()
  for (const page of [ada, bob]) await page.getByText('<b>hello</b>, Bob').waitFor()
  await bob.close()
  await ada.getByText('1 here').last().waitFor()
  expect(await ada.getByRole('listitem').allTextContents()).toEqual(['1 here', '2 here', '<b>hello</b>, Bob', '1 here'])
})
