/** What the account of a response tells: where it ends, whether it has, and what its writer did wrong. */
import { describe, expect, it } from 'vitest'
import { ResponseAccount } from '../../src/net/response-account.js'

const OF_FIVE = { contentLength: 5, bodiless: false, interim: false, chunked: false }
const CHUNKED = { contentLength: -1, bodiless: false, interim: false, chunked: true }
const UNTIL_CLOSE = { contentLength: -1, bodiless: false, interim: false, chunked: false }
const OF_HEAD = { contentLength: 5, bodiless: true, interim: false, chunked: false }
const EARLY_HINTS = { contentLength: 0, bodiless: true, interim: true, chunked: false }
const NO_CONTENT = { contentLength: -1, bodiless: true, interim: false, chunked: false }

function told({ whole, fault, delimitedByClosing }: ResponseAccount) {
  return { whole, fault, delimitedByClosing }
}

function after(write: (account: ResponseAccount) => void): ResponseAccount {
  const account = new ResponseAccount()
  write(account)
  return account
}

const wrong = { whole: false, delimitedByClosing: false }
const right = { fault: null, delimitedByClosing: false }

describe('the account of a response', () => {
  it.each<[string, (account: ResponseAccount) => void, ReturnType<typeof told>]>([
    ['of which nothing is written', () => {}, { ...right, whole: null }],
    ['that has no head', (a) => a.count(3), { ...right, whole: null }],
    ['of announced octets', (a) => [a.noteHead(OF_FIVE), a.count(2), a.count(3)], { ...right, whole: true }],
    ['that is short', (a) => [a.noteHead(OF_FIVE), a.count(4)], { ...wrong, fault: 'announced 5 octets and sent 4' }],
    ['that is long', (a) => [a.noteHead(OF_FIVE), a.count(6)], { ...wrong, fault: 'announced 5 octets and sent 6' }],
    ['whose head is open', (a) => a.noteHead(null), { ...wrong, fault: 'did not end its headers' }],
    [
      'whose head came in two parts',
      (a) => [a.noteHead(null), a.count(9), a.noteHead(OF_FIVE), a.count(5)],
      { ...right, whole: true },
    ],
    ['in chunks', (a) => [a.noteHead(CHUNKED), a.count(7)], { ...right, whole: null }],
    [
      'that lasts until the connection closes',
      (a) => [a.noteHead(UNTIL_CLOSE), a.count(7)],
      { whole: false, fault: null, delimitedByClosing: true },
    ],
    ['to HEAD', (a) => [a.noteHead(OF_HEAD), a.count(9)], { ...right, whole: null }],
    ['without content', (a) => a.noteHead(NO_CONTENT), { ...right, whole: null }],
    ['behind interim ones', (a) => [a.noteInterim(), a.noteHead(OF_FIVE), a.count(5)], { ...right, whole: true }],
    [
      'whose interim one was given as an answer',
      (a) => [a.noteHead(EARLY_HINTS), a.noteInterim(), a.noteHead(OF_FIVE), a.count(5)],
      { ...right, whole: true },
    ],
    [
      'of which only an interim one is written',
      (a) => [a.noteHead(EARLY_HINTS), a.count(2)],
      { ...wrong, fault: 'sent an interim response and none behind it' },
    ],
    [
      'with an interim one within',
      (a) => [a.noteHead(OF_FIVE), a.noteInterim(), a.count(5)],
      { ...wrong, fault: 'sent more than one response' },
    ],
    [
      'that is followed by another',
      (a) => [a.noteHead(OF_FIVE), a.count(5), a.noteHead(OF_FIVE), a.count(5)],
      { ...wrong, fault: 'sent more than one response' },
    ],
  ])('knows one %s', (_title, write, expected) => {
    expect(told(after(write))).toEqual(expected)
  })

  it('lets octets on the wire, but for those behind the head of a response without body', () => {
    const account = new ResponseAccount()
    expect(account.count(1)).toBe(true)
    account.noteHead(OF_FIVE)
    expect(account.count(1)).toBe(true)
    account.noteHead(OF_HEAD)
    expect(account.count(1)).toBe(false)
  })

  it('is touched by a head and by octets, and not by an interim response', () => {
    expect(new ResponseAccount().touched).toBe(false)
    expect(after((account) => account.noteInterim()).touched).toBe(false)
    expect(after((account) => account.noteHead(null)).touched).toBe(true)
    expect(after((account) => account.count(0)).touched).toBe(true)
  })

  it.each<[string, (account: ResponseAccount) => void]>([
    ['that was long', (account) => [account.noteHead(OF_FIVE), account.count(6)]],
    ['whose head was open', (account) => account.noteHead(null)],
    ['that was two', (account) => [account.noteHead(OF_FIVE), account.noteHead(OF_FIVE)]],
  ])('forgets one %s when the next begins', (_title, write) => {
    const account = after(write)
    account.reset()
    expect(account.touched).toBe(false)
    expect(told(account)).toEqual({ ...right, whole: null })
    account.noteHead(OF_FIVE)
    account.count(5)
    expect(told(account)).toEqual({ ...right, whole: true })
  })
})
