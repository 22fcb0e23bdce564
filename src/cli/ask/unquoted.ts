/** A path that was pasted as a shell would take it: in quotes, or with backslashes before what means something there. */
export function unquoted(text: string): string {
  const trimmed = text.trim();
  const [, quote, inside = ''] = /^(['"])(.*)\1$/s.exec(trimmed) ?? [];
  if (quote === "'") return inside.replaceAll(`'\\''`, "'");
  if (quote === '"') return inside.replace(/\\(["\\$`])/g, '$1');
  return trimmed.replace(/\\(.)/gs, '$1');
}
