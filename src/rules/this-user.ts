/** The user that this process acts for; undefined where the system has no such numbers. */
export const UID = process.geteuid?.();
export const IS_ROOT = UID === 0;
export const GID = process.getegid?.() ?? 0;
/** Groups that it may give to what is its own. */
export const GROUPS: ReadonlySet<number> = new Set([GID, ...(process.getgroups?.() ?? [])]);
