import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkMount, mountAmong } from '../../../src/cli/doctor/mount.ts';
import { onDisk } from '../rig.ts';

// Lines of proc_pid_mountinfo(5), including its own example.
const table = [
  '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro',
  '36 22 98:0 /mnt1 /mnt/parent rw,noatime master:1 - ext3 /dev/root rw,errors=continue',
  '40 22 0:50 / /srv rw,relatime shared:9 - nfs4 filer:/calls rw,vers=4.2,soft,proto=tcp',
  '41 22 0:51 / /srv/my\\040calls ro,relatime - ext4 /dev/mapper/calls rw,barrier=0',
  '42 22 0:52 / /media/stick rw,relatime - vfat /dev/sdb1 rw,fmask=0022',
  '43 22 0:53 / /run rw,nosuid - tmpfs tmpfs rw,size=100k',
].join('\n');

test.each([
  ['/home/longplay/archive', '/', 'ext4'],
  ['/srv/archive', '/srv', 'nfs4'],
  ['/srvother/archive', '/', 'ext4'],
  ['/srv/my calls/archive', '/srv/my calls', 'ext4'],
  ['/srv/my calls', '/srv/my calls', 'ext4'],
])('%s lies on %s', (path, point, type) => {
  expect(mountAmong(table, path)).toMatchObject({ point, type });
});

test.each([
  ['/srv/archive', ['P323', 'P324']],
  ['/srv/my calls/archive', ['P322', 'P324']],
  ['/run/archive', ['P325']],
  ['/home/archive', []],
])('of the mount of %s type and options are interpreted', (path, codes) => {
  expect(checkMount(mountAmong(table, path), path).findings.map(({ code }) => code)).toEqual(codes);
});

test('a mount that covers another takes precedence', () => {
  const covered = `${table}\n50 22 0:60 / /srv rw - ext4 /dev/vdb rw`;
  expect(mountAmong(covered, '/srv/archive')).toMatchObject({ type: 'ext4', source: '/dev/vdb' });
});

test('the mount of a real folder is the one that findmnt names', () => {
  const path = realpathSync(onDisk);
  const { stdout } = spawnSync('findmnt', ['--noheadings', '--raw', '--output', 'TARGET,FSTYPE', '--target', path], { encoding: 'utf8' });
  const found = mountAmong(readFileSync('/proc/self/mountinfo', 'utf8'), path);
  // In a chroot, which is not a mount of its own, neither names one.
  expect(stdout.trim()).toBe(found === null ? '' : `${found.point} ${found.type}`);
});
