import { describedOptions } from './described-options.js';

/** The options page with its list of options made anew, between the two comments that mark it. */
export function withOptionList(page: string): string {
  const [before, rest] = page.split(BEGINNING);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined)
    throw new Error('the options page has no place for its list');
  return `${before}${BEGINNING}\n${optionList()}\n${END}${after}`;
}

const BEGINNING = '<!-- made by `npm run manual` -->';
const END = '<!-- end -->';

function optionList(): string {
  return describedOptions()
    .map(({ heading, options }) => {
      const items = options.map(({ flags, text }) => `* \`${flags}\`: ${text}`);
      return `\n### ${heading}\n\n${items.join('\n')}\n`;
    })
    .join('');
}
