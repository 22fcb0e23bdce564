/**
 * What the command keeps by now. Turn a word on when it is built: the generator of random trees then makes such
 * entries, and the comparisons hold the copies to them. What is off is neither made nor compared.
 */
export const promised = {
  /** names with bytes that are no UTF-8 */
  anyName: true,
  hardLinks: false,
  fifos: false,
  /** sockets and devices: skipped, with status 0 */
  skippedKinds: false,
  owners: false,
  /** set-user-id and set-group-id, which need the owner */
  setIds: false,
  holes: false,
  xattrs: false,
  accessTimes: false,
  /** link times and those of files and folders in nanoseconds; otherwise microseconds */
  nanoseconds: false,
  /** `--if-exists`, `--delete` and merging into what stands there */
  existingDestinations: false,
  /** `--progress json` */
  events: false,
};

export const promisedTimes = promised.nanoseconds ? 'ns' : 'us';
