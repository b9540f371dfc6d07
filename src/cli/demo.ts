#!/usr/bin/env node
/**
 * What `npm start` runs: handlers of every kind beside the files of the current folder, on this machine only. Takes the
 * arguments of the command; the port may also come from the variable PORT.
 */
import { DemoHandler } from './demo-handler.js'
import { runCommand } from './run-command.js'

const { PORT } = process.env
const args = process.argv.slice(2)

process.exitCode = await runCommand(PORT ? ['--port', PORT, ...args] : args, {
  prog: 'npm start --',
  description: 'A demonstration of AdvancedHTTPServer',
  handler_klass: DemoHandler,
  defaults: { ip: '127.0.0.1' },
  alwaysBanner: true,
  notes: [
    'GET /hello-world   a handler for a path',
    'GET /query?id=42   a handler that reads the query',
    'GET /redirect      a handler that points elsewhere',
    'GET /exception     a handler that throws: 500',
    'PURGE /anything    a verb of our own',
    'RPC /xor           a remote procedure',
    'GET /              the files of the folder',
  ],
})
