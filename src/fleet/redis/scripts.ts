import type { Redis } from 'ioredis';

/** What has to happen in one step, in Redis. */

/** Keeps the run's key, where it still holds this term. */
export function renew(
  redis: Redis,
  keys: readonly [run: string, offer: string],
  term: string,
  ttlMs: number,
) {
  const commands = `redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])`;
  return whileHeld(redis, keys, term, commands, ttlMs);
}

/** A member asks whether it is part of the run: only who has been taken in is. @returns what the run's key holds otherwise */
export async function ask(
  redis: Redis,
  keys: readonly [run: string, members: string],
  term: string,
  member: string,
): Promise<'member' | 'stranger' | { readonly holds: string }> {
  const script = `local holds = redis.call('GET', KEYS[1]) or ''
if holds ~= ARGV[1] then return 'H' .. holds end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0 then return 'S' end
redis.call('HSET', KEYS[2], ARGV[2], redis.call('TIME')[1])
return 'M'`;
  const said = String(await redis.eval(script, keys.length, ...keys, term, member));
  if (said === 'M') return 'member';
  return said === 'S' ? 'stranger' : { holds: said.slice(1) };
}

/** Takes a member in, if the run's key holds this term. */
export function takeIn(
  redis: Redis,
  keys: readonly [run: string, members: string],
  term: string,
  member: string,
) {
  const command = `redis.call('HSET', KEYS[2], ARGV[2], redis.call('TIME')[1])`;
  return whileHeld(redis, keys, term, command, member);
}

/** @returns the seconds that have passed since each member's last question */
export async function agesOf(redis: Redis, members: string): Promise<ReadonlyMap<string, number>> {
  const script = `local found = redis.call('HGETALL', KEYS[1])
return {redis.call('TIME')[1], found}`;
  const answer = await redis.eval(script, 1, members);
  if (!Array.isArray(answer)) return new Map();
  const [now, found] = answer;
  const ages = new Map<string, number>();
  if (!Array.isArray(found)) return ages;
  for (let at = 0; at + 1 < found.length; at += 2)
    ages.set(String(found[at]), Number(now) - Number(found[at + 1]));
  return ages;
}

/** Something for the run, which nobody hears any more once its key holds another term. */
export function say(redis: Redis, keys: readonly [run: string, list: string], term: string, text: string) {
  return whileHeld(redis, keys, term, `redis.call('RPUSH', KEYS[2], ARGV[2])`, text);
}

/** @returns whether the run's key held this term: else nothing is done */
async function whileHeld(
  redis: Redis,
  keys: readonly [run: string, other: string],
  term: string,
  commands: string,
  argument: string | number,
): Promise<boolean> {
  const script = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
${commands}
return 1`;
  return (await redis.eval(script, keys.length, ...keys, term, argument)) === 1;
}

/** Takes a job out of a queue. @returns whether nobody had begun it: one that is done, or was never there, counts as begun */
export async function withdraw(redis: Redis, keys: readonly [wait: string, job: string], id: string) {
  const script = `if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return 0 end
redis.call('DEL', KEYS[2])
return 1`;
  return (await redis.eval(script, keys.length, ...keys, id)) === 1;
}

/** Removes all keys that look so. */
export async function removeAll(redis: Redis, pattern: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
    if (keys.length > 0) await redis.unlink(...keys);
    cursor = next;
  } while (cursor !== '0');
}

const SCAN_COUNT = 1000;
