import type { Queue } from '../../src/multiprocessing/index.js';

// The tasks of the benchmark; with the argument `bare` also the child of plain `fork` + `send`.

export const same = (x: number) => x;

export async function produceEach(queue: Queue<number>, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await queue.put(n);
}

export async function produceHundreds(queue: Queue<number>, count: number): Promise<void> {
  for (let n = 0; n < count; n += 100) {
    const puts: Promise<void>[] = [];
    for (let i = 0; i < 100; i++) puts.push(queue.put(n + i));
    await Promise.all(puts);
  }
}

if (process.argv[2] === 'bare') {
  process.on('message', async (message: { task: number } | { produce: number }) => {
    if ('task' in message) process.send?.({ done: message.task });
    else {
      for (let n = 0; n < message.produce; n++) {
        process.send?.({ item: n });
        if (n % 100 === 99) await new Promise(setImmediate); // or all of it would pile up in memory first
      }
    }
  });
}
