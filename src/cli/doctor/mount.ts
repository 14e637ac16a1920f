import { readFile, realpath } from 'node:fs/promises';
import { systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { EnvironmentCheck } from './environment-check.ts';

/** Place and options of a folder's mounted file system. */
export interface Mount {
  readonly point: string;
  /** E.g. `ext4`, `nfs4`, `cifs`. */
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** Types of file systems whose disks belong to another machine. */
const network =
  /^(?:nfs4?|cifs|smb3|smbfs|9p|afs|ceph|glusterfs|lustre|beegfs|gpfs|fuse\.(?:sshfs|glusterfs|s3fs|rclone|ceph|goofys|davfs|cvmfs.*)|davfs|virtiofs)$/;
const inMemory = new Set(['tmpfs', 'ramfs', 'devtmpfs']);
/** Types of layers that are deleted with their container. */
const layers = new Set(['overlay', 'aufs', 'fuse.fuse-overlayfs']);
/** Options that can lose data. `soft`: nfs(5), "may cause silent data corruption"; the others: ext4(5), a flush does not reach the disk. */
const lossyOptions = new Set(['soft', 'nobarrier', 'barrier=0']);
/** Types without hard links (vfat, exfat: Linux Documentation/filesystems; s3fs and rclone: their manuals). */
const withoutLinks = new Set(['vfat', 'msdos', 'exfat', 'fuse.s3fs', 'fuse.rclone', 'fuse.goofys']);

/** Checks the kind of the file system at a folder. */
export function checkMount(mount: Mount | null, dir: string): EnvironmentCheck {
  if (mount === null) return { name: 'mount', said: 'this system does not report its mounts', findings: [], facts: { mount: null } };
  const { point, type, source, options } = mount;
  const findings: Finding[] = [];
  const what = `${type} from ${source} at ${point}`;
  if (options.includes('ro')) findings.push(finding('P322', dir, `${what} is mounted read-only`));
  if (network.test(type)) findings.push(finding('P323', dir, `${what} is on another machine`));
  const lossy = options.filter((one) => lossyOptions.has(one));
  if (lossy.length > 0) findings.push(finding('P324', dir, `${what} is mounted with ${lossy.join(', ')}`));
  if (inMemory.has(type)) findings.push(finding('P325', dir, `${what} is in memory`));
  if (layers.has(type)) findings.push(finding('P325', dir, `${what} is a layer of a container`));
  return { name: 'mount', said: `${what} (${options.join(',')})`, findings, facts: { mount: { ...mount, network: network.test(type) } } };
}

/** Returns true for types known to lack hard links. */
export function knowsNoLinks(mount: Mount | null): boolean {
  return mount !== null && withoutLinks.has(mount.type);
}

/** Returns the mount of a folder from /proc/self/mountinfo (proc_pid_mountinfo(5)); null if the system has none. */
export async function mountOf(dir: string): Promise<Mount | null> {
  let text: string;
  try {
    text = await readFile('/proc/self/mountinfo', 'utf8');
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
  return mountAmong(text, await realpath(dir));
}

/**
 * Returns the mount point that contains a path: the longest one and, of several equal ones, the last, because a later mount covers an earlier one.
 * @param text content of mountinfo
 * @param path without links
 */
export function mountAmong(text: string, path: string): Mount | null {
  let found: Mount | null = null;
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ', 2);
    const [, , , , rawPoint, own] = before.split(' ');
    const [type, source, superOptions = ''] = after.split(' ');
    if (rawPoint === undefined || own === undefined || type === undefined || source === undefined) continue;
    const point = unescaped(rawPoint);
    if (path !== point && !path.startsWith(point === '/' ? '/' : `${point}/`)) continue;
    if (found !== null && point.length < found.point.length) continue;
    // Options of the mount and of its file system together: `rw` of one does not override `ro` of the other.
    const options = [...new Set([...own.split(','), ...superOptions.split(',')])];
    found = { point, type, source: unescaped(source), options: options.includes('ro') ? options.filter((one) => one !== 'rw') : options };
  }
  return found;
}

/** Decodes spaces, tabs, line feeds and backslashes, which mountinfo writes as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
