/** What a person sees on the terminal when the server is ready. Pure text; where it is shown is the command's decision. */
import type { ServerUrls } from './urls.js'

export interface BannerParts {
  readonly title: string
  readonly urls: readonly ServerUrls[]
  /** Further lines, below the URLs. */
  readonly notes: readonly string[]
}

/** Ends with a line end. */
export function banner({ title, urls, notes }: BannerParts): string {
  const lines = [
    ...urls.flatMap(({ local }) => local).map((url) => `  Local:    ${url}`),
    ...urls.flatMap(({ network }) => network).map((url) => `  Network:  ${url}`),
  ]
  const below = notes.length === 0 ? [] : ['', ...notes.map((note) => `  ${note}`)]
  return `${['', `  ${title}`, '', ...lines, ...below, '', '  Ctrl-C stops it.', ''].join('\n')}\n`
}
