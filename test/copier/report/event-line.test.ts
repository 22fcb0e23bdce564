import { expect, test } from 'vitest';
import { eventLine } from '../../../src/copier/report/event-line.js';
import type { CopyEvent } from '../../../src/index.js';

test('a name that could move the cursor or turn the line around is escaped, and means the same', () => {
  const path = 'a\u001b[31m\u007f\u009b31m\u202egpj.txt\u061c\u2066\u2028 é 相 😀';
  const event: CopyEvent = { type: 'file', path, bytes: 0, how: 'streamed' };
  const line = eventLine(event);
  expect(line).not.toMatch(/[\p{Cc}\u061c\u2028\u202e\u2066]/u);
  expect(line).toContain('é 相 😀');
  expect(JSON.parse(line)).toEqual(event);
});
