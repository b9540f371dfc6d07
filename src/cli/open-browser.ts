/** Shows a URL in the user's browser, when there is one. */
import { spawn } from 'node:child_process'

/** The program that opens a URL on this kind of machine, with its arguments. `BROWSER` goes before it, as for Python's webbrowser. */
function openCommand(url: string, platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): [string, ...string[]] {
  if (environment['BROWSER']) return [environment['BROWSER'], url]
  if (platform === 'darwin') return ['open', url]
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url]
  return ['xdg-open', url]
}

/**
 * Starts the browser and leaves it alone. It gets the environment without the names given.
 * @param failed - Called with the reason when nothing could be started.
 */
export function openBrowser(url: string, hidden: readonly string[], failed: (reason: string) => void): void {
  const environment = { ...process.env }
  for (const name of hidden) delete environment[name]
  const [command, ...args] = openCommand(url, process.platform, environment)
  const browser = spawn(command, args, { detached: true, stdio: 'ignore', env: environment })
  browser.once('error', (error) => failed(error.message))
  browser.unref()
}
