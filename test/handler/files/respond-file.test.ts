import { openSync, rmSync, symlinkSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type RespondFileOptions, respondRefusal } from '../../../src/handler/files/file-handler.js'
import { OpenFile } from '../../../src/handler/files/open-file.js'
import { FileChangedError } from '../../../src/handler/files/send-body.js'
import { FakeHandler } from './fake-handler.js'
import { openDescriptors, SECRET, TemporaryTree } from './temporary-tree.js'

const tree = new TemporaryTree()
const BIG = Buffer.alloc(200_000, '0123456789')
tree.write('hello.txt', 'Hello, file!\n')
tree.write('big.bin', BIG)
tree.write('docs/guide.html', '<p>guide</p>\n')
tree.write('both/index.html', 'html')
tree.write(Buffer.from([0x62, 0xff, 0x2e, 0x74]), 'no UTF-8\n')

describe('respondFile', () => {
  test('answers with a file of the program’s choice, outside of the root too', async () => {
    const answer = new FakeHandler(tree.root)
    await answer.respond_file(join(tree.root, '..', 'outside.txt'))
    expect(answer.text).toBe(SECRET)
  })

  test('names an attachment', async () => {
    const answer = new FakeHandler(tree.root)
    await answer.respond_file(join(tree.root, 'hello.txt'), { attachment: true })
    expect(answer.fields[2]).toEqual(['Content-Disposition', 'attachment; filename=hello.txt'])
    const odd = new FakeHandler(tree.root)
    await odd.respond_file(Buffer.concat([Buffer.from(`${tree.root}/b`), Buffer.from([0xff]), Buffer.from('.t')]), {
      attachment: true,
    })
    expect(odd.field('Content-Disposition')).toContain(`filename*=UTF-8''b%EF%BF%BD.t`)
  })

  test.each(['missing.txt', 'docs', 'hello.txt\0'])('answers %j with 404', async (name) => {
    const answer = new FakeHandler(tree.root)
    await answer.respond_file(join(tree.root, name))
    expect(answer.status).toBe(404)
  })

  test('fails before anything is sent when a small file has lost octets', async () => {
    const path = tree.write('shrunk.txt', 'long enough') as string
    const file = new OpenFile(path, openSync(path, 'r'))
    truncateSync(path, 3)
    const answer = new FakeHandler(tree.root)
    const served = { file, negotiated: false }
    await expect(answer.respond_file(path, { served })).rejects.toThrow(FileChangedError)
    expect(answer.status).toBe(0)
    expect(file.closed).toBe(true)
  })

  test('stops when the signal aborts', async () => {
    const answer = new FakeHandler(tree.root, { signal: AbortSignal.abort(new Error('gone')) })
    const before = openDescriptors(tree.base)
    await expect(answer.serve('/big.bin')).rejects.toThrow('gone')
    expect(answer.body).toHaveLength(0)
    expect(openDescriptors(tree.base)).toBe(before)
  })
})

describe('a handler that overrides respond_file', () => {
  test('gets the path, and serves the opened file when it passes its options on', async () => {
    const seen: (string | Buffer)[] = []
    class Watching extends FakeHandler {
      override respond_file(path: string | Buffer, options?: RespondFileOptions): Promise<void> {
        seen.push(path)
        // Whatever the name leads to by now, the file that was checked is served.
        rmSync(path)
        symlinkSync('../outside.txt', path)
        return super.respond_file(path, options)
      }
    }
    const path = tree.write('watched.txt', 'checked\n')
    const answer = await new Watching(tree.root).serve('/watched.txt')
    expect(seen).toEqual([path])
    expect(answer.text).toBe('checked\n')
  })

  test('leaves no descriptor open when it answers otherwise', async () => {
    const before = openDescriptors(tree.base)
    class Refusing extends FakeHandler {
      override async respond_file(): Promise<void> {
        this.respond_not_found()
      }
    }
    expect((await new Refusing(tree.root).serve('/hello.txt')).status).toBe(404)
    expect((await new Refusing(tree.root).serve('/both/')).status).toBe(404)
    expect(openDescriptors(tree.base)).toBe(before)
  })

  test('may forget to wait: the file stays open until it is sent', async () => {
    let sent: Promise<void> = Promise.resolve()
    class Hasty extends FakeHandler {
      override async respond_file(path: string | Buffer, options?: RespondFileOptions): Promise<void> {
        sent = super.respond_file(path, options)
      }
    }
    const answer = await new Hasty(tree.root).serve('/big.bin')
    await sent
    expect(answer.body.equals(BIG)).toBe(true)
  })
})

describe('respondRefusal', () => {
  test('answers 503 and logs why when it is the server’s own fault', async () => {
    const answer = new FakeHandler(tree.root)
    await respondRefusal(answer, { kind: 'unavailable', error: new Error('EMFILE: too many open files') })
    expect(answer.status).toBe(503)
    expect(answer.logged).toEqual(['EMFILE: too many open files'])
  })

  test('does not tell what is forbidden from what is missing', async () => {
    const answer = new FakeHandler(tree.root)
    await respondRefusal(answer, { kind: 'forbidden', reason: 'outside-root' })
    expect(answer.status).toBe(404)
    expect(answer.logged).toEqual([])
  })
})
