import { parseArgs } from 'node:util';
import { conditions } from './conditions.js';
import { measure } from './measure.js';
import { peers, us } from './peers.js';
import { markdownTable } from './table.js';
import { allWorkloads, defaultWorkloads, quickWorkloads } from './workloads.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    peers: { type: 'string' },
  },
});
const names = positionals.length > 0 ? positionals : values.quick ? quickWorkloads : defaultWorkloads;
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds must be a whole number, got ${values.rounds}`);
const wantedPeers = values.peers?.split(',');
const chosenPeers = peers.filter(peer => peer === us || (wantedPeers?.includes(peer.name) ?? true));
const known = allWorkloads();
const chosen = names.map(name => {
  const workload = known.find(candidate => candidate.name === name);
  if (!workload) throw new Error(`no workload ${name}; there are ${known.map(each => each.name).join(', ')}`);
  return workload;
});

console.log(`${conditions(rounds)}\n`);
for (const workload of chosen) console.log(markdownTable(await measure(workload, chosenPeers, rounds)));
