/** One listener a signal, however many tasks share it: listeners of a signal are a list that is searched. */
export class AbortWatch {
  readonly #watched = new Map<AbortSignal, { readonly calls: Set<OnAbort>; readonly listener: () => void }>();

  add(signal: AbortSignal, onAbort: OnAbort): void {
    let watched = this.#watched.get(signal);
    if (watched === undefined) {
      const calls = new Set<OnAbort>();
      const listener = () => {
        this.#watched.delete(signal);
        for (const call of calls) call(signal.reason);
      };
      watched = { calls, listener };
      this.#watched.set(signal, watched);
      signal.addEventListener('abort', listener, { once: true });
    }
    watched.calls.add(onAbort);
  }

  remove(signal: AbortSignal, onAbort: OnAbort): void {
    const watched = this.#watched.get(signal);
    if (watched === undefined) return;
    watched.calls.delete(onAbort);
    if (watched.calls.size > 0) return;
    this.#watched.delete(signal);
    signal.removeEventListener('abort', watched.listener);
  }
}

type OnAbort = (reason: unknown) => void;
