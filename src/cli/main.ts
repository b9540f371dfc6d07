#!/usr/bin/env node
/** The command `advancedhttpserver`: serves a folder, as Python's `python -m advancedhttpserver` does. */
import { runCommand } from './run-command.js'

process.exitCode = await runCommand(process.argv.slice(2), { prog: 'advancedhttpserver' })
