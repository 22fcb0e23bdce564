import { expect, test } from 'vitest';
import { DescriptorTurns } from '../../../src/worker/context/descriptor-turns.js';

/** Work that ends once it is let on, and tells when it begins and ends. */
function scene() {
  const turns = new DescriptorTurns();
  const told: string[] = [];
  const gates = new Map<string, () => void>();
  const work = (name: string) => async () => {
    told.push(`${name} begins`);
    await new Promise<void>(resolve => gates.set(name, resolve));
    told.push(`${name} ends`);
  };
  const open = async (name: string) => {
    gates.get(name)?.();
    await new Promise(resolve => setImmediate(resolve));
  };
  return { turns, told, work, open };
}

const turn = (name: string) => [`${name} begins`, `${name} ends`];

test('shared work goes on side by side; who is to be alone waits for it, and what comes later waits for him', async () => {
  const { turns, told, work, open } = scene();
  const all = [turns.share(work('one')), turns.share(work('two'))];
  await open('');
  all.push(turns.alone(work('alone')), turns.alone(work('next')), turns.share(work('three')));
  for (const name of ['one', 'two', 'alone', 'next', 'three']) await open(name);
  await Promise.all(all);
  const begun = ['one begins', 'two begins', 'one ends', 'two ends'];
  expect(told).toEqual([...begun, ...['alone', 'next', 'three'].flatMap(turn)]);
});

test('shared work is alone for a part once all other is through, and shares again behind who waited', async () => {
  const { turns, told, work, open } = scene();
  const withPart = async () => {
    await turns.aloneWithin(work('part'));
    await work('rest')();
  };
  const all = [turns.share(work('other')), turns.share(withPart)];
  await open('');
  all.push(turns.share(work('later')), turns.alone(work('next')));
  for (const name of ['other', 'part', 'later', 'next', 'rest']) await open(name);
  await Promise.all(all);
  expect(told).toEqual(['other', 'part', 'later', 'next', 'rest'].flatMap(turn));
});

test('work that fails leaves the turn to others', async () => {
  const turns = new DescriptorTurns();
  const fail = async () => Promise.reject(new Error('no'));
  await expect(turns.share(fail)).rejects.toThrow('no');
  await expect(turns.alone(fail)).rejects.toThrow('no');
  await expect(turns.share(() => turns.aloneWithin(fail))).rejects.toThrow('no');
  expect(await turns.alone(async () => 1)).toBe(1);
  expect(await turns.share(async () => 2)).toBe(2);
});
