/**
 * What the command keeps by now. Turn a word on when it is built: the generator of random trees then makes such
 * entries, and the comparisons hold the copies to them. What is off is neither made nor compared.
 */
export const promised = {
  /** names with bytes that are no UTF-8 */
  anyName: true,
  hardLinks: true,
  /** several names for one symbolic link */
  hardLinkedLinks: true,
  fifos: true,
  /** sockets and devices: skipped, with status 0 */
  skippedKinds: true,
  owners: true,
  /** set-user-id and set-group-id, which need the owner */
  setIds: true,
  holes: true,
  xattrs: true,
  accessTimes: true,
  /** link times and those of files and folders in nanoseconds; otherwise microseconds */
  nanoseconds: true,
  /** `--if-exists`, `--delete` and merging into what stands there */
  existingDestinations: true,
  /** `--progress json` */
  events: true,
};

export const promisedTimes = promised.nanoseconds ? 'ns' : 'us';
