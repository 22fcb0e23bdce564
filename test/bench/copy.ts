import { parseArgs } from 'node:util';
import { isInstalled } from './compiled.js';
import { conditions } from './conditions.js';
import { fleet } from './fleet/fleet.js';
import { goalsOf } from './goals.js';
import { growth } from './growth.js';
import { type Measured, measure } from './measure.js';
import { memory } from './memory.js';
import { type PeerName, peerNamed, peers, us } from './peers.js';
import { slowWorkloads } from './slow/slow-workloads.js';
import { goalTable, unexpected, workloadTable } from './table.js';
import { allWorkloads, defaultWorkloads, quickWorkloads, type Workload } from './workloads.js';

// `npm run bench`: see README.md.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    peers: { type: 'string' },
  },
});
/** What is no table of peers. */
const others: Record<string, (rounds: number) => Promise<string>> = { fleet, growth, memory };

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1)); // clears up

const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds must be a whole number, got ${values.rounds}`);
const wanted = values.peers?.split(',').map(peerName);
const defaults = values.quick ? quickWorkloads : defaultWorkloads.map(each => each.name);
const named = positionals.length > 0 ? positionals : defaults;
/** `slow` stands for all workloads on slow storage. */
const parts = named
  .flatMap(name => (name === 'slow' ? slowWorkloads.map(each => each.name) : name))
  .map(name => others[name] ?? (() => table(workloadNamed(name))));

console.log(`${conditions(rounds)}\n`);
const all: Measured[] = [];
for (const part of parts) console.log(await part(rounds));
if (all.length > 0) console.log(summary());

async function table(workload: Workload): Promise<string> {
  const names = [workload.ours ?? us, ...(wanted ?? [...workload.peers, ...(workload.once ?? [])])] as const;
  const present = names.filter(name => isInstalled(peerNamed(name).needs ?? 'sh'));
  const measured = await measure(workload, [...new Set(present)], rounds);
  if (!measured) return `### ${workload.name}: left out, since its file system cannot be made here\n`;
  all.push(measured);
  const absent = names.filter(name => !present.includes(name));
  const words = absent.map(name => `Left out: ${name}, since there is no ${peerNamed(name).needs} here.\n`);
  return [workloadTable(measured), ...words].join('\n');
}

/** Which goals were met. Copies that differ in what they should not end the benchmark with status 1. */
function summary(): string {
  const wrong = all.flatMap(({ workload, differences }) =>
    [...differences].flatMap(([name, found]) =>
      unexpected(name, found).map(([kind, count]) => `${workload.name}, ${name}: ${kind} ${count}`),
    ),
  );
  if (wrong.length > 0) process.exitCode = 1;
  const goals = all.flatMap(measured =>
    goalsOf(measured).map(goal => ({ ...goal, workload: measured.workload })),
  );
  const met = goals.filter(goal => goal.met).length;
  return [
    `Goals: ${met} of ${goals.length} met.\n`,
    goalTable(goals.map(goal => [goal.workload.name, goal])),
    ...wrong.map(line => `A copy that differs: ${line}`),
  ].join('\n');
}

function workloadNamed(name: string): Workload {
  const workload = allWorkloads.find(candidate => candidate.name === name);
  if (workload) return workload;
  const known = [...allWorkloads.map(each => each.name), ...Object.keys(others)];
  throw new Error(`no workload ${name}; there are ${known.join(', ')}`);
}

function peerName(name: string): PeerName {
  if (Object.hasOwn(peers, name)) return name as PeerName;
  throw new Error(`no peer ${name}; there are ${Object.keys(peers).join(', ')}`);
}
