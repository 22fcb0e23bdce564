/**
 * Whether a file system keeps this attribute for its own ends, or a program that makes it anew: as data in another
 * place it would be wrong or without meaning. The list is that of libattr, which `cp -a` goes by (`/etc/xattr.conf`).
 */
export function isOfFileSystem(name: string): boolean {
  return NAMES.has(name) || PREFIXES.some(prefix => name.startsWith(prefix));
}

const NAMES = new Set([
  // XFS lists its own form of access control lists, capabilities and labels beside the common one.
  'trusted.SGI_ACL_DEFAULT',
  'trusted.SGI_ACL_FILE',
  'trusted.SGI_CAP_FILE',
  'trusted.SGI_MAC_FILE',
  // Only the kernel may write it.
  'security.evm',
]);

const PREFIXES = ['trusted.SGI_DMI_', 'xfsroot.', 'user.Beagle.', 'afs.'];
