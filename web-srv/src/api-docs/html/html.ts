type Part = Html | string | number | undefined | Part[]

/** HTML that may stand in a page as it is. */
export interface Html {
  html: string
}

/** Text in it is escaped; nothing is added for undefined. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return { html: texts.map((text, i) => text + (i < parts.length ? render(parts[i]) : '')).join('') }
}

/** What stands between backticks as code. */
export const prose = (text: string): Part[] =>
  text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))

function render(part: Part): string {
  if (part === undefined) return ''
  if (Array.isArray(part)) return part.map(render).join('')
  return typeof part === 'object' ? part.html : Bun.escapeHTML(String(part))
}
