import type { BytePath } from '../files/byte-path.js';
import type { EntryKind } from '../files/facts.js';

/** One thing in which an entry of the destination is not as the source has it. */
export type Difference =
  /** The destination does not have it; of a folder, all that is in it. */
  | { readonly kind: 'missing' }
  /** Only the destination has it; of a folder, all that is in it. */
  | { readonly kind: 'extra' }
  | { readonly kind: 'kind'; readonly source: EntryKind; readonly destination: EntryKind }
  /** Bytes. */
  | { readonly kind: 'size'; readonly source: number; readonly destination: number }
  /** Of modification. */
  | { readonly kind: 'time'; readonly source: Time; readonly destination: Time }
  /** Permission bits with set-user-id, set-group-id and sticky. */
  | { readonly kind: 'mode'; readonly source: number; readonly destination: number }
  | { readonly kind: 'owner'; readonly source: Owner; readonly destination: Owner }
  /** The names of extended attributes and access control lists that are not alike, as far as each has them. */
  | {
      readonly kind: 'attributes';
      readonly source: readonly string[];
      readonly destination: readonly string[];
    }
  /** The text of a symbolic link. */
  | { readonly kind: 'target'; readonly source: BytePath; readonly destination: BytePath }
  /** `at`: where the first byte is that differs. */
  | { readonly kind: 'content'; readonly at: number }
  /** Another name of the same file, in either tree; undefined: the file is not that of any name met before. */
  | {
      readonly kind: 'links';
      readonly source: BytePath | undefined;
      readonly destination: BytePath | undefined;
    };

/** Whole seconds since 1970, rounded down, and the nanoseconds that follow. */
export interface Time {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** What a worker found where it compared an entry. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Of what stands in the destination, where either file has several names. */
  readonly standing?: LinkedFile;
}

/** What has to be known of a file to find its other names. */
export interface LinkedFile {
  /** Device and inode. */
  readonly identity: string;
  readonly nlink: number;
}
