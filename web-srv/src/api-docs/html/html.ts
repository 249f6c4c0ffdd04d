type Part = Html | string | number | undefined | Part[]

/** HTML that needs no escaping. */
export interface Html {
  html: string
}

/** A template that escapes strings. An undefined part adds nothing. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return { html: texts.map((text, i) => text + (i < parts.length ? render(parts[i]) : '')).join('') }
}

/** Turns text between backticks into <code>. */
export const prose = (text: string): Part[] =>
  text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))

function render(part: Part): string {
  if (part === undefined) return ''
  if (Array.isArray(part)) return part.map(render).join('')
  return typeof part === 'object' ? part.html : Bun.escapeHTML(String(part))
}
