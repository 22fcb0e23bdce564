/** The few words of the man macros that the page is written in. Text is plain, with `code` marked. */

export function title(name: string, section: number, source: string): string {
  return `.TH ${name.toUpperCase()} ${section} "" "${literal(source)}" "User Commands"`;
}

export function section(heading: string): string {
  return `.SH ${literal(heading.toUpperCase())}`;
}

export function subsection(heading: string): string {
  return `.SS ${literal(heading)}`;
}

export function paragraph(text: string): string {
  return `.PP\n${line(prose(text))}`;
}

/** A term and what there is to say of it. @param term as roff, such as `bold` gives */
export function definition(term: string, text: string): string {
  return `.TP\n${line(term)}\n${line(prose(text))}`;
}

/** Lines that are shown as they stand. */
export function verbatim(text: string): string {
  return `.PP\n.nf\n.RS\n${text.split('\n').map(literal).map(line).join('\n')}\n.RE\n.fi`;
}

export function bold(text: string): string {
  return `\\fB${literal(text)}\\fR`;
}

/** An option's flags: the words in bold, the arguments in italics. */
export function flags(text: string): string {
  return text.replace(
    /<([^>]+)>|\[([^\]]+)\]|([^<[]+)/g,
    (_, argument?: string, optional?: string, words?: string) => {
      if (argument !== undefined) return `\\fI${literal(argument)}\\fR`;
      if (optional !== undefined) return `[\\fI${literal(optional)}\\fR]`;
      return (words ?? '').replace(/[\w-]+/g, word => bold(word));
    },
  );
}

function prose(text: string): string {
  return text
    .split(/`([^`]*)`/)
    .map((piece, index) => (index % 2 === 1 ? bold(piece) : escaped(piece)))
    .join('');
}

/** As a user would type it: hyphens stay hyphens, quotes stay straight. */
function literal(text: string): string {
  return escaped(text).replaceAll('-', '\\-').replaceAll("'", '\\(aq');
}

/** Beyond ASCII by code point: what `roff` takes a page's bytes for is up to the system. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replace(
      /[^\n -~]/gu,
      character => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

/** A line that begins with a dot or a quote would be a request. */
function line(text: string): string {
  return /^[.']/.test(text) ? `\\&${text}` : text;
}
