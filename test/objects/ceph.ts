import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { access, freePort, type StoreServer, serverAt, startProgram, untilItAnswers } from './servers.ts';

/** Starts Ceph with its object gateway, from Debian's packages: a monitor, one object store in memory, and the gateway. It checks credentials. */
export async function startCeph(): Promise<StoreServer> {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-ceph-'));
  const programs: ReturnType<typeof startProgram>[] = [];
  const stop = async (): Promise<void> => {
    for (const program of programs.reverse()) await program.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return serverAt(await begin(folder, programs), stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function begin(folder: string, programs: ReturnType<typeof startProgram>[]): Promise<number> {
  const [mon2, mon1, rgw] = [await freePort(), await freePort(), await freePort()];
  const fsid = randomUUID();
  const values: Readonly<Record<string, string | number>> = { FSID: fsid, DIR: folder, MON2: mon2, MON1: mon1, RGW: rgw };
  const config = join(folder, 'ceph.conf');
  const template = readFileSync(join(import.meta.dirname, 'ceph.conf'), 'utf8');
  writeFileSync(
    config,
    template.replaceAll(/@([A-Z]+\d?)@/g, (whole, name: string) => String(values[name] ?? whole)),
  );
  for (const name of ['mon', 'osd']) mkdirSync(join(folder, name));
  const run = (program: string, ...args: string[]): string =>
    execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 120_000 });
  const keyring = join(folder, 'keyring');
  const key = (name: string, ...caps: string[]): string =>
    run('ceph-authtool', keyring, '--gen-key', '-n', name, ...caps.flatMap((cap) => ['--cap', ...cap.split('=', 2)] as string[]));
  writeFileSync(keyring, '');
  key('mon.', 'mon=allow *');
  key('client.admin', 'mon=allow *', 'osd=allow *', 'mgr=allow *');
  key('client.rgw', 'mon=allow rw', 'osd=allow rwx');
  key('osd.0', 'mon=allow profile osd', 'osd=allow *');
  const map = join(folder, 'monmap');
  run('monmaptool', '--create', '--fsid', fsid, '--addv', 'a', `[v2:127.0.0.1:${mon2},v1:127.0.0.1:${mon1}]`, map);
  run('ceph-mon', '-c', config, '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring);
  const start = (program: string, ...args: string[]): ReturnType<typeof startProgram> => {
    const started = startProgram(program, ['-c', config, ...args]);
    programs.push(started);
    return started;
  };
  start('ceph-mon', '-i', 'a', '-f');
  const osd = randomUUID();
  run('ceph', '-c', config, '-n', 'client.admin', '--connect-timeout', '60', 'osd', 'new', osd);
  run('ceph-osd', '-c', config, '-i', '0', '--mkfs', '--osd-uuid', osd);
  start('ceph-osd', '-i', '0', '-f');
  const { child } = start('radosgw', '-n', 'client.rgw', '-f');
  await untilItAnswers(`http://127.0.0.1:${rgw}`, child);
  const user = ['--uid', 'tests', '--display-name', 'tests', '--access-key', access.id, '--secret-key', access.secret];
  run('radosgw-admin', '-c', config, '-n', 'client.admin', 'user', 'create', ...user);
  return rgw;
}
