/** How far a run has come, as its events and system calls tell. */
export type Phase = 'listing' | 'copying' | 'finishing' | 'last rename';
export type Kill = 'a worker' | 'all' | 'the parent' | 'SIGINT' | 'SIGTERM';
export const allPhases: readonly Phase[] = ['listing', 'copying', 'finishing', 'last rename'];
export const kills: readonly Kill[] = ['a worker', 'all', 'the parent', 'SIGINT', 'SIGTERM'];

/** One moment at which something is killed: drawn, so that a seed brings it back as far as processes allow. */
export interface Moment {
  phase: Phase;
  kill: Kill;
  standing: boolean;
  /** 0 to 1: how far into the phase */
  at: number;
}

/** Kinds of kill and places go round, so that each phase has all of them; when exactly is drawn. */
export function drawMoments(count: number, random: () => number, phases: readonly Phase[]): Moment[] {
  return Array.from({ length: count }, (_, n) => {
    const phase = phases[n % phases.length] ?? 'copying';
    const kill = kills[Math.floor(n / phases.length) % kills.length] ?? 'all';
    const standing = phase !== 'last rename' && random() < 0.5;
    return { phase, kill, standing, at: random() };
  });
}
