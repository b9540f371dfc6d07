import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { OpenFile } from '../../../src/handler/files/open-file.js'
import { FakeHandler } from './fake-handler.js'
import { TemporaryTree } from './temporary-tree.js'

const tree = new TemporaryTree()
tree.write('hello.txt', 'Hello, file!\n')
tree.write('docs/guide.html', '<p>guide</p>\n')

describe('respondListDirectory', () => {
  test('lists a directory of the program’s choice under the path of the request', async () => {
    const answer = new FakeHandler(tree.root, { modern_listing: false })
    answer.path = 'list'
    await answer.respond_list_directory(join(tree.root, 'docs'))
    expect(answer.text).toContain('<title>Directory listing for list</title>')
    expect(answer.text).toContain('guide.html')
  })

  test.each(['missing', 'hello.txt'])('answers 404 for %s', async (name) => {
    const answer = new FakeHandler(tree.root)
    await answer.respond_list_directory(join(tree.root, name))
    expect(answer.status).toBe(404)
  })

  test('lists the directory that was checked, whatever its name leads to by now', async (context) => {
    context.skip(process.platform !== 'linux')
    class Watching extends FakeHandler {
      override respond_list_directory(path: string, options?: { opened?: OpenFile }): Promise<void> {
        renameSync(path, join(tree.base, 'moved'))
        symlinkSync('..', path)
        return super.respond_list_directory(path, options)
      }
    }
    mkdirSync(join(tree.root, 'watched'))
    writeFileSync(join(tree.root, 'watched', 'mine.txt'), '')
    const answer = await new Watching(tree.root).serve('/watched/')
    expect(answer.text).toContain('mine.txt')
    expect(answer.text).not.toContain('outside.txt')
  })
})
