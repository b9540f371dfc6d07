import { describe, expect, it } from 'vitest'
import { ShutdownNotice } from '../../src/net/shutdown-notice.js'

describe('the notice of a shutdown', () => {
  it('reaches all that listen, once, and those that come too late at once', () => {
    const notice = new ShutdownNotice()
    const heard: string[] = []
    notice.listen(() => heard.push('first'))
    notice.listen(() => heard.push('second'))()
    notice.listen(() => heard.push('third'))
    expect(notice.given).toBe(false)
    notice.give()
    expect(notice.given).toBe(true)
    expect(heard).toEqual(['first', 'third'])
    const takeBack = notice.listen(() => heard.push('late'))
    expect(heard).toEqual(['first', 'third', 'late'])
    takeBack()
    notice.give()
    expect(heard).toHaveLength(3)
  })

  it('reaches the others when one fails at hearing it, and tells of that', () => {
    const notice = new ShutdownNotice()
    const heard: string[] = []
    notice.listen(() => {
      throw new Error('the fault')
    })
    notice.listen(() => heard.push('second'))
    expect(() => notice.give()).toThrow('the fault')
    expect(heard).toEqual(['second'])
  })
})
