/** How long things take in a fleet, milliseconds. What is lost is lost only when who had it has stopped for sure. */

/** The run's key lives so long without being renewed. */
export const RUN_KEY_MS = 20_000;
export const RENEW_EVERY_MS = 5_000;
/** A member asks for it. */
export const ASK_EVERY_MS = 3_000;
/** Redis has given no answer for so long: what members have is lost. */
export const SILENCE_MS = 25_000;
/** Redis was started anew: so long later, members have seen that, or do not work any more. */
export const AFTER_RESTART_MS = 15_000;
/** A member has not asked for so long: it is lost. */
export const MEMBER_LOST_MS = 20_000;
/** A run that ends waits for its members. */
export const CONFIRM_MS = 15_000;
/** Redis cannot be reached at the start. */
export const REACH_MS = 30_000;
/** A member that was told to end finishes what it has. */
export const LEAVE_MS = 25_000;
/** Many times what the last steps of a run take: whoever cannot join it looks again after that, before it is refused. */
export const LAST_STEPS_MS = 3_000;

/** Of BullMQ's jobs. */
export const LOCK_MS = 20_000;
export const LOCK_RENEW_MS = 5_000;
export const STALLED_CHECK_MS = 5_000;

/** Batches that a member has for each of its workers. */
export const UNDER_WAY = 2;
