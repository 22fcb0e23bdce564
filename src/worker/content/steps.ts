/**
 * Work that may have to wait: whoever runs it awaits each promise that it yields, and then goes on. Most entries
 * never wait, and cost no promise.
 */
export type Steps<T> = Generator<Promise<void>, T, void>;

/** Goes through all steps. @returns their outcome */
export async function walk<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next();
  while (!step.done) {
    try {
      await step.value;
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next();
  }
  return step.value;
}
